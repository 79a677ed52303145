// What does an author send? The body of `POST /articles`.
import { Transform } from 'class-transformer';
import { IsString, Length } from 'class-validator';

const trimmed = Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value));

export class ArticleDraft {
  @trimmed
  @IsString()
  @Length(1, 120)
  title!: string;

  @trimmed
  @IsString()
  @Length(1, 5000)
  body!: string;
}
