// What belongs to the articles? Their routes, the command that publishes one, and the channel that the bridge forwards it to.
import { Module } from '@nestjs/common';
import { RealtimeModule } from 'nestjs-realtime';
import { RealtimeCqrsModule } from 'nestjs-realtime/cqrs';
import { AuthModule } from '../auth/index.js';
import { ArticlesController } from './articles.controller.js';
import { ArticlesRepository } from './articles.repository.js';
import { PublishArticleHandler } from './commands/publish-article.handler.js';
import { articlesBridge } from './realtime/articles.bridge.js';
import { articlesChannel } from './realtime/articles.channel.js';

@Module({
  // This channel takes no messages, so no handler registers it.
  imports: [AuthModule, RealtimeModule.forFeature([articlesChannel]), RealtimeCqrsModule.forFeature([articlesBridge])],
  controllers: [ArticlesController],
  providers: [ArticlesRepository, PublishArticleHandler],
})
export class ArticlesModule {}
