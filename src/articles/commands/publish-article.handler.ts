// What does publishing an article mean? It is stored, every open page shows it, and other features may react.
import { randomUUID } from 'node:crypto';
import { CommandHandler, EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { IRealtimeBroadcaster } from 'nestjs-realtime';
import { ArticlePublished } from '../article-published.event.js';
import { ArticlesRepository } from '../articles.repository.js';
import { articlesChannel } from '../realtime/articles.channel.js';
import type { PublishedArticle } from '../realtime/published-article.js';
import { PublishArticle } from './publish-article.js';

@CommandHandler(PublishArticle)
export class PublishArticleHandler implements ICommandHandler<PublishArticle> {
  constructor(
    private readonly articles: ArticlesRepository,
    private readonly realtime: IRealtimeBroadcaster,
    private readonly events: EventBus,
  ) {}

  async execute({ author, title, body }: PublishArticle): Promise<PublishedArticle> {
    const article = { id: randomUUID(), title, body, author: author.name, publishedAt: new Date().toISOString() };
    await this.articles.add(article, author.id);
    // After the write: nobody hears of an article that a reload would not show.
    await this.realtime.broadcast(articlesChannel, 'published', article);
    this.events.publish(new ArticlePublished(author, article));
    return article;
  }
}
