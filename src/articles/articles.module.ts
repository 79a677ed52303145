// What belongs to the articles? Their routes, the command that publishes one, and the channels that readers follow.
import { Module } from '@nestjs/common';
import { RealtimeModule } from 'nestjs-realtime';
import { AuthModule } from '../auth/index.js';
import { UsersModule } from '../users/index.js';
import { ArticlesController } from './articles.controller.js';
import { ArticlesRepository } from './articles.repository.js';
import { PublishArticleHandler } from './commands/publish-article.handler.js';
import { articlesChannel } from './realtime/articles.channel.js';
import { OnReaders } from './realtime/handlers/on-readers.handler.js';

@Module({
  // This channel takes no messages, so no handler registers it.
  imports: [AuthModule, UsersModule, RealtimeModule.forFeature([articlesChannel])],
  controllers: [ArticlesController],
  providers: [ArticlesRepository, PublishArticleHandler, OnReaders],
})
export class ArticlesModule {}
