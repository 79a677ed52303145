// What happens when a user has seen their notifications? All of their tabs mark them as read at once.
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { RealtimeOutbox } from 'nestjs-realtime';
import { Database, type Queryable } from '../../database/index.js';
import { NotificationsRepository } from '../notifications.repository.js';
import { notificationsChannel } from '../realtime/notifications.channel.js';
import { MarkNotificationsRead } from './mark-notifications-read.js';

@CommandHandler(MarkNotificationsRead)
export class MarkNotificationsReadHandler implements ICommandHandler<MarkNotificationsRead> {
  constructor(
    private readonly database: Database,
    private readonly notifications: NotificationsRepository,
    private readonly outbox: RealtimeOutbox<Queryable>,
  ) {}

  async execute({ userId }: MarkNotificationsRead): Promise<void> {
    const at = new Date().toISOString();
    await this.database.transaction(async (transaction) => {
      await this.notifications.markRead(transaction, userId, at);
      await this.outbox.broadcast(transaction, notificationsChannel.with({ userId }), 'read', { at });
    });
  }
}
