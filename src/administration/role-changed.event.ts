import type { User } from '../users/index.js';

/** Domain event, inside the server only: from now on this user has a role, or has it no more. */
export class RoleChanged {
  constructor(
    readonly userId: string,
    readonly role: string,
    readonly granted: boolean,
    /** The admin who changed it. */
    readonly by: User,
  ) {}
}
