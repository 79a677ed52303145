// Which article does an author publish?
import { Command } from '@nestjs/cqrs';
import type { User } from '../../users/index.js';
import type { PublishedArticle } from '../realtime/published-article.js';

export class PublishArticle extends Command<PublishedArticle> {
  constructor(
    readonly author: User,
    readonly title: string,
    readonly body: string,
  ) {
    super();
  }
}
