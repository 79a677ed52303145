// What does a visitor read before anyone has published? Two articles, written when the table is empty. Your own application has no such file.
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '../database/index.js';

interface FirstArticle {
  /** The same on every node, so that nodes that start together write each once. */
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly authorId: string;
}

const FIRST_ARTICLES: readonly FirstArticle[] = [
  {
    id: '5b0c1d8e-0b7c-4f6e-9f0a-2f1f5f7c0001',
    title: 'The page that needs no reload',
    body: 'This article came with your page. The next one arrives while you read: open a second window, log in as grace, and publish.',
    authorId: 'ada',
  },
  {
    id: '5b0c1d8e-0b7c-4f6e-9f0a-2f1f5f7c0002',
    title: 'Who may hear what',
    body: 'Articles are public. The newsroom is for editors, and a notification goes to one user alone: the server decides, for each channel.',
    authorId: 'grace',
  },
];

@Injectable()
export class FirstArticles implements OnApplicationBootstrap {
  constructor(private readonly database: Database) {}

  /** After all users are there. */
  async onApplicationBootstrap(): Promise<void> {
    const { rows } = await this.database.query('SELECT 1 FROM articles LIMIT 1', []);
    if (rows.length > 0) return;
    for (const [place, { id, title, body, authorId }] of FIRST_ARTICLES.entries()) {
      await this.database.query(
        `INSERT INTO articles (id, title, body, author_id, published_at)
         SELECT $1, $2, $3, id, now() - $4 * interval '1 minute' FROM users WHERE id = $5
         ON CONFLICT DO NOTHING`,
        [id, title, body, place + 1, authorId],
      );
    }
  }
}
