// What is the worker made of? The features whose events it broadcasts, and no clients: realtime is in publisher mode.
import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { RealtimeModule } from 'nestjs-realtime';
import { ArticlesModule } from './articles/index.js';
import { cluster } from './cluster.js';
import { DatabaseModule, DatabaseOutbox } from './database/index.js';
import { NotificationsModule, NoticeWorker } from './notifications/index.js';

@Module({
  imports: [
    DatabaseModule,
    CqrsModule.forRoot(),
    RealtimeModule.forRoot({ mode: 'publisher', ...cluster, outbox: DatabaseOutbox }),
    // The worker publishes rows of the outbox as well, so it knows all channels that are in it.
    ArticlesModule,
    NotificationsModule,
  ],
  providers: [NoticeWorker],
})
export class WorkerModule {}
