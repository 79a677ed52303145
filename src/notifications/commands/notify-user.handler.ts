// What happens when a user is notified? The notification is stored, and every open tab of that user shows it.
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { RealtimeOutbox } from 'nestjs-realtime';
import { Database, type Queryable } from '../../database/index.js';
import { NotificationsRepository } from '../notifications.repository.js';
import { notificationsChannel } from '../realtime/notifications.channel.js';
import { NotifyUser } from './notify-user.js';

@CommandHandler(NotifyUser)
export class NotifyUserHandler implements ICommandHandler<NotifyUser> {
  constructor(
    private readonly database: Database,
    private readonly notifications: NotificationsRepository,
    private readonly outbox: RealtimeOutbox<Queryable>,
  ) {}

  async execute({ userId, text, id }: NotifyUser): Promise<void> {
    const notification = { id, text, sentAt: new Date().toISOString(), read: false };
    await this.database.transaction(async (transaction) => {
      const isNew = await this.notifications.add(transaction, notification, userId);
      if (!isNew) return;
      await this.outbox.broadcast(transaction, notificationsChannel.with({ userId }), 'arrived', notification);
    });
  }
}
