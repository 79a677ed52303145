// What happens when a user has seen their notifications? All of their tabs mark them as read at once.
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { IRealtimeBroadcaster } from 'nestjs-realtime';
import { NotificationsRepository } from '../notifications.repository.js';
import { notificationsChannel } from '../realtime/notifications.channel.js';
import { MarkNotificationsRead } from './mark-notifications-read.js';

@CommandHandler(MarkNotificationsRead)
export class MarkNotificationsReadHandler implements ICommandHandler<MarkNotificationsRead> {
  constructor(
    private readonly notifications: NotificationsRepository,
    private readonly realtime: IRealtimeBroadcaster,
  ) {}

  async execute({ userId }: MarkNotificationsRead): Promise<void> {
    const at = new Date().toISOString();
    await this.notifications.markRead(userId, at);
    await this.realtime.broadcast(notificationsChannel.with({ userId }), 'read', { at });
  }
}
