import { IsISO8601, IsString, Length } from 'class-validator';

/** Client to server. */
export class Remark {
  @IsString()
  @Length(1, 280)
  text: string;
}

/** Server to every editor; kept nowhere. */
export class RemarkMade {
  @IsString()
  text: string;

  /** The speaker's name: the server knows it, so nobody can speak as somebody else. */
  @IsString()
  from: string;

  @IsISO8601()
  at: string;
}
