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
  // A channel that only sends has no handler to name it, so it is registered here.
  imports: [AuthModule, RealtimeModule.forFeature([articlesChannel]), RealtimeCqrsModule.forFeature([articlesBridge])],
  controllers: [ArticlesController],
  providers: [ArticlesRepository, PublishArticleHandler],
})
export class ArticlesModule {}
