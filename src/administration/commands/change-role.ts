// Which role of which user does an admin change?
import { Command } from '@nestjs/cqrs';
import type { User } from '../../users/index.js';

export class ChangeRole extends Command<void> {
  constructor(
    readonly userId: string,
    readonly role: string,
    /** True to give the role, false to take it away. */
    readonly granted: boolean,
    readonly by: User,
  ) {
    super();
  }
}
