// What is a role? A name for permissions, given to users by an admin.

export interface Role {
  /** The scopes of channels compare it. */
  readonly name: string;
  /** For people; may be empty. */
  readonly description: string;
  /** The code checks those in `Permission`; the database may hold others. */
  readonly permissions: readonly string[];
}
