// What does an editor send to the newsroom, and what does the newsroom receive?
import { IsISO8601, IsString, Length } from 'class-validator';

/** Client to server. */
export class Remark {
  @IsString()
  @Length(1, 280)
  text!: string;
}

/** Server to every editor; it is not stored. */
export class RemarkMade {
  @IsString()
  text!: string;

  /** The sender's name. The server sets it, so no user can speak as another. */
  @IsString()
  from!: string;

  @IsISO8601()
  at!: string;
}
