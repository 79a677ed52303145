// Which user is notified, and of what?
import { randomUUID } from 'node:crypto';
import { Command } from '@nestjs/cqrs';

export class NotifyUser extends Command<void> {
  constructor(
    readonly userId: string,
    readonly text: string,
    /** Of the notification. The same id a second time does nothing. */
    readonly id: string = randomUUID(),
  ) {
    super();
  }
}
