// Who is the user of a connection? The port through which the application answers (docs/decisions/0001#decision-3, gate 1).
import type { RealtimeHandshake } from './realtime-handshake.js';
import type { RealtimeUser } from './realtime-user.js';

/**
 * Turns a handshake into a user. Implement it and pass the class to `RealtimeModule.forRoot({ authenticator })`.
 *
 * Obligations:
 * - no credentials at all: resolve `null`, which makes the connection anonymous;
 * - bad credentials: throw Nest's `UnauthorizedException` (or `RealtimeException('UNAUTHENTICATED')`); never resolve `null` for them;
 * - another `HttpException` keeps the meaning of its status: 403 is `FORBIDDEN`, 429 `RATE_LIMITED`;
 * - anything else that is thrown, a promise that does not settle within `authenticationTimeout`, `undefined` and a malformed user refuse
 *   the connection as `UNAVAILABLE`, so that an outage never makes a connection anonymous. It is logged as an error.
 */
export abstract class IRealtimeAuthenticator {
  abstract authenticate(handshake: RealtimeHandshake): Promise<RealtimeUser | null>;

  /**
   * Resolves the present state of a connected user, for leases and `IRealtimeRevocation.reauthorize`. Resolve null when their session
   * has ended: the connection is then closed. The method is optional: without it a user stays as `authenticate` returned them. When it
   * fails, the subscriptions end with their lease.
   */
  refresh?(user: RealtimeUser, handshake: RealtimeHandshake): Promise<RealtimeUser | null>;
}

/** Used when the application names no authenticator. Every connection is anonymous, so it can subscribe to public channels only. */
export class AnonymousAuthenticator extends IRealtimeAuthenticator {
  override authenticate(): Promise<null> {
    return Promise.resolve(null);
  }
}
