// What does one user send to another? The body of `POST /notifications`.
import { Transform } from 'class-transformer';
import { IsString, Length, MaxLength } from 'class-validator';

export class Note {
  @IsString()
  @MaxLength(64)
  to!: string;

  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  @IsString()
  @Length(1, 280)
  text!: string;
}
