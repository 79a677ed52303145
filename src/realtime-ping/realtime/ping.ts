// What do a ping and its pong carry?
import { IsISO8601, IsInt, IsString, Length } from 'class-validator';

/** Client to server. */
export class Ping {
  /** Lets the sender recognise its own pong among all others. */
  @IsString()
  @Length(1, 64)
  nonce!: string;
}

/** Server to every subscriber. */
export class Pong {
  @IsString()
  nonce!: string;

  /** User id of the sender, or "anonymous". */
  @IsString()
  from!: string;

  @IsISO8601()
  at!: string;

  /** How many connections this server has. */
  @IsInt()
  connections!: number;
}
