// What does a user log in with? The body of `POST /session`.
import { IsString, MaxLength } from 'class-validator';

export class LoginCredentials {
  @IsString()
  @MaxLength(64)
  userId!: string;

  @IsString()
  @MaxLength(200)
  password!: string;
}
