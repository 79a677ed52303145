// Which users can log in to a test application? The session id is the user's name.
import { Injectable } from '@nestjs/common';
import { type RealtimeUser, SessionAuthenticator } from 'nestjs-realtime';

const USERS: Readonly<Record<string, RealtimeUser>> = {
  ann: { userId: 'ann', roles: [] },
  bob: { userId: 'bob', roles: ['editor'] },
  root: { userId: 'root', roles: ['admin'] },
};

@Injectable()
export class KnownUsers extends SessionAuthenticator {
  protected async findUser(sessionId: string): Promise<RealtimeUser | null> {
    return Object.hasOwn(USERS, sessionId) ? USERS[sessionId] : null;
  }
}
