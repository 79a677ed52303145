// Which users can log in to a test application? The session id is the user's name.
import { Injectable } from '@nestjs/common';
import { type RealtimeUser, SessionAuthenticator } from 'nestjs-realtime';

/** The longest `sub` that OpenID Connect allows. */
export const LONG_ID = `auth0|${'5'.repeat(249)}`;

const USERS: Readonly<Record<string, RealtimeUser>> = {
  ann: { userId: 'ann', roles: [] },
  bob: { userId: 'bob', roles: ['editor'] },
  root: { userId: 'root', roles: ['admin'] },
  [LONG_ID]: { userId: LONG_ID, roles: [] },
};

@Injectable()
export class KnownUsers extends SessionAuthenticator {
  protected async findUser(sessionId: string): Promise<RealtimeUser | null> {
    return Object.hasOwn(USERS, sessionId) ? USERS[sessionId] : null;
  }
}
