// What does a checked inbound message look like? The class-validator DTO that the Nest gateway and this module share.
import { ArrayMaxSize, IsArray, IsInt, IsString, MaxLength, Min } from 'class-validator';
import type { NoteBody } from '../workload.js';

export class NoteDto implements NoteBody {
  @IsInt()
  @Min(0)
  seq: number;

  @IsString()
  @MaxLength(64)
  author: string;

  @IsArray()
  @ArrayMaxSize(8)
  @IsString({ each: true })
  tags: string[];

  @IsString()
  @MaxLength(500)
  text: string;
}
