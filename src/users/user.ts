// Who uses the application?

export interface User {
  /** Safe as one segment of a channel name: it appears in `notifications.user.{userId}`. */
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  /** Of all his roles together; those that the code knows are in `Permission`. */
  readonly permissions: readonly string[];
}
