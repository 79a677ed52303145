// What is known of a new article, where users are notified of it? It travels through a queue as JSON.
export interface ArticleNotice {
  readonly articleId: string;
  readonly title: string;
  readonly authorId: string;
  readonly author: string;
}
