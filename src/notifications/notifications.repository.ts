// How are notifications stored and read?
import { Injectable } from '@nestjs/common';
import { Database, type Queryable } from '../database/index.js';
import type { Notification } from './realtime/notification.js';

type NotificationRow = Omit<Notification, 'sentAt'> & { sentAt: Date };

@Injectable()
export class NotificationsRepository {
  constructor(private readonly database: Database) {}

  /** Resolves with false where the notification is there already. */
  async add(transaction: Queryable, { id, text, sentAt }: Notification, userId: string): Promise<boolean> {
    const { rows } = await transaction.query(
      `INSERT INTO notifications (id, user_id, text, sent_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (id) DO NOTHING RETURNING id`,
      [id, userId, text, sentAt],
    );
    return rows.length > 0;
  }

  /** Newest first. */
  async latest(userId: string, limit: number): Promise<Notification[]> {
    const { rows } = await this.database.query<NotificationRow>(
      `SELECT id, text, sent_at AS "sentAt", read_at IS NOT NULL AS read
       FROM notifications WHERE user_id = $1 ORDER BY sent_at DESC, id LIMIT $2`,
      [userId, limit],
    );
    return rows.map((row) => ({ ...row, sentAt: row.sentAt.toISOString() }));
  }

  async markRead(transaction: Queryable, userId: string, at: string): Promise<void> {
    await transaction.query(
      'UPDATE notifications SET read_at = $2 WHERE user_id = $1 AND read_at IS NULL AND sent_at <= $2',
      [userId, at],
    );
  }
}
