// What happens when an article is published? It is stored, and other features may react; the bridge forwards it to every open page.
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
      // Published inside the transaction, but forwarded after its commit: `afterCommit` in app.module.ts. So no page shows an article
      // that a reload would not show.
      this.events.publish(new ArticlePublished(author, article));
    });
    return article;
  }
}
