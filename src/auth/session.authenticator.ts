// Who opens this realtime connection? Gate 1 hands over the session cookie; the database knows its user, and what they may do now.
import { Injectable } from '@nestjs/common';
import { type RealtimeUser, SessionAuthenticator } from 'nestjs-realtime';
import { SessionsService } from './sessions.service.js';

@Injectable()
export class DatabaseSessionAuthenticator extends SessionAuthenticator {
  constructor(private readonly sessions: SessionsService) {
    super();
  }

  /** Called when a client connects, and by `refresh` of the base class: at the end of every lease and when a user's roles change. */
  protected async findUser(secret: string): Promise<RealtimeUser | null> {
    const session = await this.sessions.find(secret);
    if (!session) return null;
    const { expiresAt, user } = session;
    const { id, name, roles, permissions } = user;
    return { userId: id, roles, expiresAt, claims: { name, permissions } };
  }
}
