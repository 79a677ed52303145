import { IsISO8601, IsInt, IsString, Length } from 'class-validator';

/** Client to server. */
export class Ping {
  /** By which the sender knows his own pong among all others. */
  @IsString()
  @Length(1, 64)
  nonce: string;
}

/** Server to everybody on the channel. */
export class Pong {
  @IsString()
  nonce: string;

  /** User id of the sender, or "anonymous". */
  @IsString()
  from: string;

  @IsISO8601()
  at: string;

  /** How many connections this server has. */
  @IsInt()
  connections: number;
}
