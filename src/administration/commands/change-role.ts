import { Command } from '@nestjs/cqrs';
import type { User } from '../../users/index.js';

export class ChangeRole extends Command<void> {
  constructor(
    readonly userId: string,
    readonly role: string,
    /** Whether he shall have it. */
    readonly granted: boolean,
    readonly by: User,
  ) {
    super();
  }
}
