// What happens when a user is notified? The notification is stored, and every open tab of that user shows it.
import { randomUUID } from 'node:crypto';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { IRealtimeBroadcaster } from 'nestjs-realtime';
import { NotificationsRepository } from '../notifications.repository.js';
import { notificationsChannel } from '../realtime/notifications.channel.js';
import { NotifyUser } from './notify-user.js';

@CommandHandler(NotifyUser)
export class NotifyUserHandler implements ICommandHandler<NotifyUser> {
  constructor(
    private readonly notifications: NotificationsRepository,
    private readonly realtime: IRealtimeBroadcaster,
  ) {}

  async execute({ userId, text }: NotifyUser): Promise<void> {
    const notification = { id: randomUUID(), text, sentAt: new Date().toISOString(), read: false };
    await this.notifications.add(notification, userId);
    await this.realtime.broadcast(notificationsChannel.with({ userId }), 'arrived', notification);
  }
}
