// What does the event `roleChanged` carry? Admins receive it, and so does the user concerned.
import { IsBoolean, IsString } from 'class-validator';

export class RoleChange {
  @IsString()
  userId!: string;

  @IsString()
  role!: string;

  /** False when it was taken away. */
  @IsBoolean()
  granted!: boolean;

  /** The admin's name. */
  @IsString()
  by!: string;
}
