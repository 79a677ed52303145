// What is known of a user who is logged in?
import type { User } from '../users/index.js';

export interface Session {
  /** Identifies the session in the database. It is a digest of the value in the cookie. */
  readonly id: string;
  readonly user: User;
  readonly expiresAt: Date;
}
