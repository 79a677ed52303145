// What do the readers of an article know of each other, and what do they say?
import { IsString, Length } from 'class-validator';

/** What is known of a member beside the id. The server supplies it. */
export class Reader {
  @IsString()
  name!: string;
}

/** Client to server. */
export class Comment {
  @IsString()
  @Length(1, 280)
  text!: string;
}

/** Server to every reader of the article; it is not stored. */
export class CommentMade {
  @IsString()
  userId!: string;

  /** The sender's name. */
  @IsString()
  from!: string;

  @IsString()
  text!: string;
}
