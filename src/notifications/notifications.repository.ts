// How are notifications stored and read?
import { Injectable } from '@nestjs/common';
import { Database } from '../database/index.js';
import type { Notification } from './realtime/notification.js';

type NotificationRow = Omit<Notification, 'sentAt'> & { sentAt: Date };

@Injectable()
export class NotificationsRepository {
  constructor(private readonly database: Database) {}

  async add(notification: Notification, userId: string): Promise<void> {
    await this.database.query('INSERT INTO notifications (id, user_id, text, sent_at) VALUES ($1, $2, $3, $4)', [
      notification.id,
      userId,
      notification.text,
      notification.sentAt,
    ]);
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

  async markRead(userId: string, at: string): Promise<void> {
    await this.database.query(
      'UPDATE notifications SET read_at = $2 WHERE user_id = $1 AND read_at IS NULL AND sent_at <= $2',
      [userId, at],
    );
  }
}
