// How are articles stored and read?
import { Injectable } from '@nestjs/common';
import { Database, type Queryable } from '../database/index.js';
import type { PublishedArticle } from './realtime/published-article.js';

type ArticleRow = Omit<PublishedArticle, 'publishedAt'> & { publishedAt: Date };

@Injectable()
export class ArticlesRepository {
  constructor(private readonly database: Database) {}

  async add(transaction: Queryable, article: PublishedArticle, authorId: string): Promise<void> {
    await transaction.query(
      'INSERT INTO articles (id, title, body, author_id, published_at) VALUES ($1, $2, $3, $4, $5)',
      [article.id, article.title, article.body, authorId, article.publishedAt],
    );
  }

  /** Newest first. */
  async latest(limit: number): Promise<PublishedArticle[]> {
    const { rows } = await this.database.query<ArticleRow>(
      `SELECT a.id, a.title, a.body, u.name AS author, a.published_at AS "publishedAt"
       FROM articles a JOIN users u ON u.id = a.author_id
       ORDER BY a.published_at DESC, a.id LIMIT $1`,
      [limit],
    );
    return rows.map((row) => ({ ...row, publishedAt: row.publishedAt.toISOString() }));
  }
}
