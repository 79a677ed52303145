// Who are you? The port through which an application answers (docs/decisions/0001#decision-3, gate 1).
import type { RealtimeHandshake } from './realtime-handshake.js';
import type { RealtimeUser } from './realtime-user.js';

/**
 * Turns a handshake into a user. Implement it and pass the class to `RealtimeModule.forRoot({ authenticator })`.
 *
 * Obligations:
 * - no credentials at all: resolve `null`, an anonymous connection;
 * - bad credentials: throw Nest's `UnauthorizedException` (or `RealtimeException('UNAUTHENTICATED')`); never resolve `null` for them;
 * - anything else that is thrown, a promise that does not settle within `authenticationTimeout`, and `undefined` refuse the connection
 *   as `UNAVAILABLE`: an outage never makes an anonymous.
 */
export abstract class IRealtimeAuthenticator {
  abstract authenticate(handshake: RealtimeHandshake): Promise<RealtimeUser | null>;

  /**
   * The present state of a user who is connected, for leases and `IRealtimeRevocation.reauthorize`; null when his session has ended,
   * which disconnects him. Optional: without it a user stays as `authenticate` found him. When it fails, his subscriptions end with
   * their lease.
   */
  refresh?(user: RealtimeUser, handshake: RealtimeHandshake): Promise<RealtimeUser | null>;
}

/** Used where the application names no authenticator: everybody is anonymous, so only public channels open. */
export class AnonymousAuthenticator extends IRealtimeAuthenticator {
  override authenticate(): Promise<null> {
    return Promise.resolve(null);
  }
}
