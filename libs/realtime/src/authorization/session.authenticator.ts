// Which user does a session id belong to? A ready-made authenticator for cookie sessions.
import { RealtimeException } from '../realtime.exception.js';
import { IRealtimeAuthenticator } from './realtime.authenticator.js';
import type { RealtimeHandshake } from './realtime-handshake.js';
import type { RealtimeUser } from './realtime-user.js';

/**
 * Reads a session id and looks up its user. The id comes from the `auth` object, for clients that have no cookies, or else from a cookie.
 * A client that sends neither is anonymous. A token that is empty or not a string, and an id without a user, is `UNAUTHENTICATED`.
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

  /**
   * Resolves the user of a session, or null when there is no such session. The caller sets the user's `sessionId` to the id the client
   * sent, for `disconnectSession`. An error refuses the connection as `UNAVAILABLE`.
   */
  protected abstract findUser(sessionId: string, handshake: RealtimeHandshake): Promise<RealtimeUser | null>;

  override async authenticate(handshake: RealtimeHandshake): Promise<RealtimeUser | null> {
    const sessionId = Object.hasOwn(handshake.auth, this.token)
      ? handshake.auth[this.token]
      : handshake.cookies[this.cookie];
    if (sessionId === undefined) return null;
    if (typeof sessionId !== 'string' || sessionId === '') {
      throw new RealtimeException('UNAUTHENTICATED', { reason: 'the session id is empty or not a string' });
    }
    const user = await this.findUser(sessionId, handshake);
    if (user === null) throw new RealtimeException('UNAUTHENTICATED', { reason: 'no such session' });
    return user === undefined ? user : { ...user, sessionId };
  }

  /** Looks the session up again. */
  override async refresh(user: RealtimeUser, handshake: RealtimeHandshake): Promise<RealtimeUser | null> {
    if (user.sessionId === undefined) return user;
    const found = await this.findUser(user.sessionId, handshake);
    return found && { ...found, sessionId: user.sessionId };
  }
}
