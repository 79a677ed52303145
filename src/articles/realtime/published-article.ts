import { IsISO8601, IsString, IsUUID } from 'class-validator';

/** What readers get of an article; gate 4 strips whatever is not declared here. */
export class PublishedArticle {
  @IsUUID()
  id: string;

  @IsString()
  title: string;

  @IsString()
  body: string;

  /** The author's name. */
  @IsString()
  author: string;

  @IsISO8601()
  publishedAt: string;
}
