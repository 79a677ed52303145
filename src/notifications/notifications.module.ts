// What belongs to the notifications? Their routes and commands, their channel, and the jobs that announce articles.
import { Module } from '@nestjs/common';
import { RealtimeModule } from 'nestjs-realtime';
import { AuthModule } from '../auth/index.js';
import { redisUrl } from '../cluster.js';
import { UsersModule } from '../users/index.js';
import { ArticlePublishedListener } from './article-published.listener.js';
import { ArticleNotices } from './jobs/article.notices.js';
import { NoticeJobs } from './jobs/notice-jobs.js';
import { NoticeQueue } from './jobs/notice.queue.js';
import { MarkNotificationsReadHandler } from './commands/mark-notifications-read.handler.js';
import { NotifyUserHandler } from './commands/notify-user.handler.js';
import { NotificationsController } from './notifications.controller.js';
import { NotificationsRepository } from './notifications.repository.js';
import { notificationsChannel } from './realtime/notifications.channel.js';

@Module({
  imports: [AuthModule, UsersModule, RealtimeModule.forFeature([notificationsChannel])],
  controllers: [NotificationsController],
  providers: [
    NotificationsRepository,
    NotifyUserHandler,
    MarkNotificationsReadHandler,
    ArticlePublishedListener,
    ArticleNotices,
    // Where there is a Redis there is a worker, and it takes the jobs.
    redisUrl === undefined
      ? { provide: NoticeJobs, useExisting: ArticleNotices }
      : { provide: NoticeJobs, useFactory: () => new NoticeQueue(redisUrl as string) },
  ],
  exports: [ArticleNotices],
})
export class NotificationsModule {}
