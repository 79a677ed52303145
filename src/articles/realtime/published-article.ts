// What do readers get of an article? The fields declared here; gate 4 strips all others.
import { IsISO8601, IsString, IsUUID } from 'class-validator';

export class PublishedArticle {
  @IsUUID()
  id!: string;

  @IsString()
  title!: string;

  @IsString()
  body!: string;

  /** The author's name. */
  @IsString()
  author!: string;

  @IsISO8601()
  publishedAt!: string;
}
