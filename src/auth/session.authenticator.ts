// Who opens this realtime connection? Gate 1 hands over the session cookie; the database knows whose it is.
import { Injectable } from '@nestjs/common';
import { type RealtimeUser, SessionAuthenticator } from 'nestjs-realtime';
import { SessionsService } from './sessions.service.js';

@Injectable()
export class DatabaseSessionAuthenticator extends SessionAuthenticator {
  constructor(private readonly sessions: SessionsService) {
    super();
  }

  protected async findUser(secret: string): Promise<RealtimeUser | null> {
    const session = await this.sessions.find(secret);
    if (!session) return null;
    const { user, expiresAt } = session;
    return { userId: user.id, roles: user.roles, expiresAt, claims: { name: user.name } };
  }
}
