import type { User } from '../users/index.js';
import type { PublishedArticle } from './realtime/published-article.js';

/** Domain event, inside the server only: other features learn of an article without the articles knowing them. */
export class ArticlePublished {
  constructor(
    readonly author: User,
    readonly article: PublishedArticle,
  ) {}
}
