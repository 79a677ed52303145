// How are articles read and written? Over HTTP: a persistent operation with an answer is no realtime message (docs/decisions/0001#decision-1).
import { Body, Controller, Get, Post, UseGuards, UsePipes } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CurrentUser, Permissions, PermissionsGuard, SessionGuard } from '../auth/index.js';
import type { User } from '../users/index.js';
import { ValidBody } from '../valid-body.pipe.js';
import { ArticleDraft } from './article-draft.js';
import { ArticlesRepository } from './articles.repository.js';
import { PublishArticle } from './commands/publish-article.js';
import type { PublishedArticle } from './realtime/published-article.js';

const PAGE = 20;

@Controller('articles')
export class ArticlesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly articles: ArticlesRepository,
  ) {}

  @Get()
  list(): Promise<PublishedArticle[]> {
    return this.articles.latest(PAGE);
  }

  @Post()
  @UseGuards(SessionGuard, PermissionsGuard)
  @Permissions(['articles.publish'])
  @UsePipes(ValidBody)
  publish(@Body() draft: ArticleDraft, @CurrentUser() user: User): Promise<PublishedArticle> {
    return this.commands.execute(new PublishArticle(user, draft.title, draft.body));
  }
}
