// What belongs to the notifications? Their routes and commands, their channel, and the listener that announces articles.
import { Module } from '@nestjs/common';
import { RealtimeModule } from 'nestjs-realtime';
import { AuthModule } from '../auth/index.js';
import { UsersModule } from '../users/index.js';
import { ArticlePublishedListener } from './article-published.listener.js';
import { MarkNotificationsReadHandler } from './commands/mark-notifications-read.handler.js';
import { NotifyUserHandler } from './commands/notify-user.handler.js';
import { NotificationsController } from './notifications.controller.js';
import { NotificationsRepository } from './notifications.repository.js';
import { notificationsChannel } from './realtime/notifications.channel.js';

@Module({
  imports: [AuthModule, UsersModule, RealtimeModule.forFeature([notificationsChannel])],
  controllers: [NotificationsController],
  providers: [NotificationsRepository, NotifyUserHandler, MarkNotificationsReadHandler, ArticlePublishedListener],
})
export class NotificationsModule {}
