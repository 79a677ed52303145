import { IsString, MaxLength } from 'class-validator';

/** Body of `POST /session`. */
export class LoginCredentials {
  @IsString()
  @MaxLength(64)
  userId: string;

  @IsString()
  @MaxLength(200)
  password: string;
}
