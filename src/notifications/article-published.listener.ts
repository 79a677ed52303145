// When are users notified of a new article? Once it is stored.
import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { ArticlePublished } from '../articles/index.js';
import { committed } from '../database/index.js';
import { NoticeJobs } from './jobs/notice-jobs.js';

@EventsHandler(ArticlePublished)
export class ArticlePublishedListener implements IEventHandler<ArticlePublished> {
  constructor(private readonly jobs: NoticeJobs) {}

  // No caller waits for this. The bus logs an error, and the article stays published.
  async handle({ author, article }: ArticlePublished): Promise<void> {
    // The event is published inside the transaction that stores the article.
    if (!(await committed())) return;
    const { id: articleId, title } = article;
    await this.jobs.add({ articleId, title, authorId: author.id, author: author.name });
  }
}
