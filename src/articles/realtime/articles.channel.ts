// Where do readers hear of new articles? One channel for everybody; publishing goes through HTTP, so it takes no messages.
import { defineRealtimeChannel } from 'nestjs-realtime';
import { PublishedArticle } from './published-article.js';

export const articlesChannel = defineRealtimeChannel({
  name: 'articles',
  scope: 'public',
  events: { published: PublishedArticle },
});
