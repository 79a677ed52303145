// What happens when an article is published? It is stored, every open page shows it, and other features may react.
import { randomUUID } from 'node:crypto';
import { CommandHandler, EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { RealtimeOutbox } from 'nestjs-realtime';
import { Database, type Queryable } from '../../database/index.js';
import { ArticlePublished } from '../article-published.event.js';
import { ArticlesRepository } from '../articles.repository.js';
import { articlesChannel } from '../realtime/articles.channel.js';
import type { PublishedArticle } from '../realtime/published-article.js';
import { PublishArticle } from './publish-article.js';

@CommandHandler(PublishArticle)
export class PublishArticleHandler implements ICommandHandler<PublishArticle> {
  constructor(
    private readonly database: Database,
    private readonly articles: ArticlesRepository,
    private readonly outbox: RealtimeOutbox<Queryable>,
    private readonly events: EventBus,
  ) {}

  async execute({ author, title, body }: PublishArticle): Promise<PublishedArticle> {
    const article = { id: randomUUID(), title, body, author: author.name, publishedAt: new Date().toISOString() };
    await this.database.transaction(async (transaction) => {
      await this.articles.add(transaction, article, author.id);
      // Part of the transaction: no page shows an article that a reload would not show, and none misses one because a process has died.
      await this.outbox.broadcast(transaction, articlesChannel, 'published', article);
      // Listeners wait for the commit, and hear nothing if the process dies before.
      this.events.publish(new ArticlePublished(author, article));
    });
    return article;
  }
}
