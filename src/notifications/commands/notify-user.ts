// Which user is notified, and of what?
import { Command } from '@nestjs/cqrs';

export class NotifyUser extends Command<void> {
  constructor(
    readonly userId: string,
    readonly text: string,
  ) {
    super();
  }
}
