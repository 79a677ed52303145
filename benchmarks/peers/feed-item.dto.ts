// What does a broadcast of this module carry? The class-validator DTO that gate 4 checks once per broadcast.
import { IsInt, IsString } from 'class-validator';
import type { FeedItem } from '../workload.js';

export class FeedItemDto implements FeedItem {
  @IsInt()
  seq: number;

  @IsString()
  text: string;
}
