// What does the server publish when a role has changed? A domain event, which stays inside the server.
import type { User } from '../users/index.js';

/** From now on this user has the role, or no longer has it. */
export class RoleChanged {
  constructor(
    readonly userId: string,
    readonly role: string,
    readonly granted: boolean,
    /** The admin who changed it. */
    readonly by: User,
  ) {}
}
