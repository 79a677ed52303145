// What do readers learn of a published article? The domain event is on the bus anyway; this line forwards a part of it to browsers.
import { forward } from 'nestjs-realtime/cqrs';
import { ArticlePublished } from '../article-published.event.js';
import { articlesChannel } from './articles.channel.js';

export const articlesBridge = forward(ArticlePublished).to(articlesChannel, 'published', ({ article }) => ({
  payload: article,
}));
