// Which session does a cookie belong to? Sessions are in the database, so that a logout holds for every process.
import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/index.js';
import { type User, USER_COLUMNS } from '../users/index.js';
import type { Session } from './session.js';

/** Milliseconds. */
export const SESSION_LIFETIME = 7 * 24 * 60 * 60 * 1000;

type SessionRow = User & { sessionId: string; expiresAt: Date };

@Injectable()
export class SessionsService {
  constructor(private readonly database: Database) {}

  /** @returns the secret for the cookie; the server does not store it. */
  async start(user: User): Promise<string> {
    const secret = randomBytes(32).toString('base64url');
    await this.database.query('DELETE FROM sessions WHERE expires_at <= now()');
    await this.database.query('INSERT INTO sessions (id, user_id, expires_at) VALUES ($1, $2, $3)', [
      digest(secret),
      user.id,
      new Date(Date.now() + SESSION_LIFETIME),
    ]);
    return secret;
  }

  /** @returns null when the session is unknown or has expired. */
  async find(secret: string): Promise<Session | null> {
    const { rows } = await this.database.query<SessionRow>(
      `SELECT s.id AS "sessionId", s.expires_at AS "expiresAt", ${USER_COLUMNS}
       FROM sessions s JOIN users u ON u.id = s.user_id
       WHERE s.id = $1 AND s.expires_at > now()`,
      [digest(secret)],
    );
    const row = rows.at(0);
    if (!row) return null;
    const { sessionId, expiresAt, ...user } = row;
    return { id: sessionId, expiresAt, user };
  }

  async end(secret: string): Promise<void> {
    await this.database.query('DELETE FROM sessions WHERE id = $1', [digest(secret)]);
  }
}

/** The table holds digests only: a reader of it, or of a backup, cannot log in with them. */
function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
