// What is known of somebody who is logged in?
import type { User } from '../users/index.js';

export interface Session {
  /** Names the session in the database; the cookie holds another value, from which this one is derived. */
  readonly id: string;
  readonly user: User;
  readonly expiresAt: Date;
}
