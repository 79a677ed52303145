// Which user has seen their notifications?
import { Command } from '@nestjs/cqrs';

export class MarkNotificationsRead extends Command<void> {
  constructor(readonly userId: string) {
    super();
  }
}
