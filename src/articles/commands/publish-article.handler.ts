// What does publishing an article mean? It is stored, and whoever wants may react: the bridge shows it on every open page.
import { randomUUID } from 'node:crypto';
import { CommandHandler, EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { Database } from '../../database/index.js';
import { ArticlePublished } from '../article-published.event.js';
import { ArticlesRepository } from '../articles.repository.js';
import type { PublishedArticle } from '../realtime/published-article.js';
import { PublishArticle } from './publish-article.js';

@CommandHandler(PublishArticle)
export class PublishArticleHandler implements ICommandHandler<PublishArticle> {
  constructor(
    private readonly database: Database,
    private readonly articles: ArticlesRepository,
    private readonly events: EventBus,
  ) {}

  async execute({ author, title, body }: PublishArticle): Promise<PublishedArticle> {
    const article = { id: randomUUID(), title, body, author: author.name, publishedAt: new Date().toISOString() };
    await this.database.transaction(async (transaction) => {
      await this.articles.add(transaction, article, author.id);
      // Published before the commit, heard after it: `afterCommit` in app.module.ts sees that nobody learns of an article that a reload
      // would not show.
      this.events.publish(new ArticlePublished(author, article));
    });
    return article;
  }
}
