export { ArticlePublished } from './article-published.event.js';
export { ArticlesModule } from './articles.module.js';
export { FirstArticlesModule } from './first-articles.module.js';
export { articlesChannel } from './realtime/articles.channel.js';
export type { PublishedArticle } from './realtime/published-article.js';
export { readersChannel } from './realtime/readers.channel.js';
