import { IsBoolean, IsString } from 'class-validator';

/** Event `roleChanged`: what admins, and the user himself, get to know. */
export class RoleChange {
  @IsString()
  userId: string;

  @IsString()
  role: string;

  /** False when it was taken away. */
  @IsBoolean()
  granted: boolean;

  /** The admin's name. */
  @IsString()
  by: string;
}
