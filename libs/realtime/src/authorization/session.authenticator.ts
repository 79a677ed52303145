// Cookie sessions, ready made: who is behind this session id?
import { RealtimeException } from '../realtime.exception.js';
import { IRealtimeAuthenticator } from './realtime.authenticator.js';
import type { RealtimeHandshake } from './realtime-handshake.js';
import type { RealtimeUser } from './realtime-user.js';

/**
 * Reads a session id from a cookie, or from the `auth` object of clients that have no cookies (which then wins), and asks for its user.
 * Neither present is an anonymous connection; a token that is empty or no string, and an id without a user, is `UNAUTHENTICATED`.
 *
 * @example
 * @Injectable()
 * export class AppAuthenticator extends SessionAuthenticator {
 *   constructor(private readonly sessions: Sessions) { super(); }
 *   protected findUser(sessionId: string) { return this.sessions.userOf(sessionId); }
 * }
 */
export abstract class SessionAuthenticator extends IRealtimeAuthenticator {
  /** Name of the session cookie. Default `session`. */
  protected readonly cookie: string = 'session';
  /** Name of the session id in the `auth` object. Default `token`. */
  protected readonly token: string = 'token';

  /** The user of a session, or null when there is no such session. His `sessionId` is set to the id the client brought, for `disconnectSession`. What it throws refuses the connection as `UNAVAILABLE`. */
  protected abstract findUser(sessionId: string, handshake: RealtimeHandshake): Promise<RealtimeUser | null>;

  override async authenticate(handshake: RealtimeHandshake): Promise<RealtimeUser | null> {
    const sessionId = Object.hasOwn(handshake.auth, this.token)
      ? handshake.auth[this.token]
      : handshake.cookies[this.cookie];
    if (sessionId === undefined) return null;
    if (typeof sessionId !== 'string' || sessionId === '') {
      throw new RealtimeException('UNAUTHENTICATED', { reason: 'the session id is empty or no string' });
    }
    const user = await this.findUser(sessionId, handshake);
    if (user === null) throw new RealtimeException('UNAUTHENTICATED', { reason: 'no such session' });
    return user === undefined ? user : { ...user, sessionId };
  }

  /** Asks for the session again. */
  override async refresh(user: RealtimeUser, handshake: RealtimeHandshake): Promise<RealtimeUser | null> {
    if (user.sessionId === undefined) return user;
    const found = await this.findUser(user.sessionId, handshake);
    return found && { ...found, sessionId: user.sessionId };
  }
}
