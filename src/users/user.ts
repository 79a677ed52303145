// What is known of a user?

export interface User {
  /** Safe as one segment of a channel name: it appears in `notifications.user.{userId}`. */
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  /** Of all their roles together; the code checks those in `Permission`. */
  readonly permissions: readonly string[];
}
