// On which channel do readers learn of new articles? A public one. Articles are published over HTTP, so it takes no messages. Its history
// brings a page that was disconnected what it has missed.
import { defineRealtimeChannel } from 'nestjs-realtime';
import { PublishedArticle } from './published-article.js';

export const articlesChannel = defineRealtimeChannel({
  name: 'articles',
  scope: 'public',
  events: { published: PublishedArticle },
  history: true,
});
