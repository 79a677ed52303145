// What does a user receive about their notifications?
import { IsBoolean, IsISO8601, IsString, IsUUID } from 'class-validator';

/** Event `arrived`, and what `GET /notifications` lists. */
export class Notification {
  @IsUUID()
  id!: string;

  @IsString()
  text!: string;

  @IsISO8601()
  sentAt!: string;

  @IsBoolean()
  read!: boolean;
}

/** Event `read`: the user has seen everything up to `at`, in any of their tabs. */
export class NotificationsRead {
  @IsISO8601()
  at!: string;
}
