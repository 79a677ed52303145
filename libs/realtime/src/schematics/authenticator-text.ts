// What is in the file of a new authenticator? A class that refuses every credential until somewhere in the application checks it.

export type Authentication = 'session' | 'jwt';

/** Apart, because this file itself holds nothing that Nest constructs. */
const INJECTABLE = '@Injectable()';

const SESSION = `import { Injectable, UnauthorizedException } from '@nestjs/common';
import { type RealtimeUser, SessionAuthenticator } from 'nestjs-realtime';

/** Who is the user of a connection? A client without the cookie "session" and without auth.token is anonymous. */
${INJECTABLE}
export class AppAuthenticator extends SessionAuthenticator {
  // Take the id, findUser(sessionId: string), and look it up: resolve { userId, roles }, or null where there is no such session.
  protected override findUser(): Promise<RealtimeUser | null> {
    return Promise.reject(
      new UnauthorizedException('AppAuthenticator knows no session'),
    );
  }
}
`;

const JWT = `import { Injectable, UnauthorizedException } from '@nestjs/common';
import {
  IRealtimeAuthenticator,
  type RealtimeHandshake,
  type RealtimeUser,
} from 'nestjs-realtime';

/** Who is the user of a connection? A client that sends no auth.token is anonymous. */
${INJECTABLE}
export class AppAuthenticator extends IRealtimeAuthenticator {
  override authenticate({
    auth,
  }: RealtimeHandshake): Promise<RealtimeUser | null> {
    if (auth.token === undefined) return Promise.resolve(null);
    // Verify auth.token with your JwtService: resolve { userId, roles, expiresAt }, or reject as below.
    return Promise.reject(
      new UnauthorizedException('AppAuthenticator verifies no token'),
    );
  }
}
`;

export const AUTHENTICATORS: Readonly<Record<Authentication, string>> = { session: SESSION, jwt: JWT };
