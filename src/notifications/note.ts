import { Transform } from 'class-transformer';
import { IsString, Length, MaxLength } from 'class-validator';

/** Body of `POST /notifications`: a note from one user to another. */
export class Note {
  @IsString()
  @MaxLength(64)
  to: string;

  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  @IsString()
  @Length(1, 280)
  text: string;
}
