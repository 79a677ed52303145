// What is a role? A name for permissions, given to users by an admin.

export interface Role {
  /** Scopes of channels compare it. */
  readonly name: string;
  /** For people; may be empty. */
  readonly description: string;
  /** Those that the code knows are in `Permission`; the database may hold others. */
  readonly permissions: readonly string[];
}
