// What is known of a user?

export interface User {
  /** At most 128 characters, so that a channel name can hold it: it appears in `notifications.user.{userId}`. */
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  /** Of all their roles together; the code checks those in `Permission`. */
  readonly permissions: readonly string[];
}
