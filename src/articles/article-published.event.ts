// How do other features learn of an article? By a domain event inside the server; the articles do not know who listens.
import type { User } from '../users/index.js';
import type { PublishedArticle } from './realtime/published-article.js';

export class ArticlePublished {
  constructor(
    readonly author: User,
    readonly article: PublishedArticle,
  ) {}
}
