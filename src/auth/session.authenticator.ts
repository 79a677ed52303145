// Who opens this realtime connection? Gate 1 hands over the session cookie; the database knows whose it is, and what he may do now.
import { Injectable } from '@nestjs/common';
import { type RealtimeUser, SessionAuthenticator } from 'nestjs-realtime';
import { SessionsService } from './sessions.service.js';

@Injectable()
export class DatabaseSessionAuthenticator extends SessionAuthenticator {
  constructor(private readonly sessions: SessionsService) {
    super();
  }

  /** Asked at the connection, and by `refresh` of the base class, too: at every lease and whenever somebody's roles change. */
  protected async findUser(secret: string): Promise<RealtimeUser | null> {
    const session = await this.sessions.find(secret);
    if (!session) return null;
    const { expiresAt, user } = session;
    const { id, name, roles, permissions } = user;
    return { userId: id, roles, expiresAt, claims: { name, permissions } };
  }
}
