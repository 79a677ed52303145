// Whose credentials are these, and does the answer still hold when it comes? Gate 1, for new connections and `rt:authenticate`.
import { Injectable } from '@nestjs/common';
import { RevocationLedger } from '../revocation/revocation.ledger.js';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import { ConnectionDirectory } from '../connections/connection.directory.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { ConnectRequest } from '../connections/realtime-request.js';
import { Gates } from '../guards/inbound.gates.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';

/** Receives the user that gate 1 found. `askedAt` is when the gate was asked (`performance.now()`). It may throw a refusal. */
export type TakeUser<Result> = (user: RealtimeUser | null, askedAt: number) => Result;

/** What a client hears when a newer connection of its user takes its place. */
const DISPLACED = { code: 'POLICY', reconnect: false } as const;
/** When a place may be free again: a connection whose peer has gone is noticed within seconds. */
const PLACE_DELAY = '5s';

@Injectable()
export class Authentications {
  constructor(
    private readonly gates: Gates,
    private readonly ledger: RevocationLedger,
    private readonly directory: ConnectionDirectory,
    private readonly options: RealtimeOptions,
  ) {}

  /**
   * Passes gate 1 and calls `take` in the tick in which the answer is checked to hold, so that a later revocation, count or drain finds
   * the connection under that user. If the user changes while the authenticator runs, gate 1 runs again, until `deadline`.
   *
   * Resolves with what `take` returned; rejects with a `RealtimeException`.
   */
  async pass<Result>(
    connection: LiveConnection,
    handshake: RealtimeHandshake,
    deadline: number,
    take: TakeUser<Result>,
  ): Promise<Result> {
    do {
      const { user: before } = connection;
      const askedAt = performance.now();
      const admission = this.ledger.open({ since: 0 });
      try {
        const request = new ConnectRequest(connection, handshake);
        await this.gates.connect(request);
        const { user } = request;
        // The transport has closed meanwhile and has already reported it. A connection added now would never be removed.
        if (connection.closed) throw new RealtimeException('UNAVAILABLE', { reason: 'closed during authentication' });
        const verdict = this.ledger.verdict(admission, { id: connection.id, user }, null);
        if (verdict === 'revoked') {
          throw new RealtimeException('UNAUTHENTICATED', { reason: 'revoked during authentication' });
        }
        if (verdict === 'holds' && connection.user === before) {
          const oldest = this.excess(connection, user);
          const taken = take(user, askedAt);
          this.displace(oldest);
          return taken;
        }
      } finally {
        this.ledger.close(admission);
      }
    } while (performance.now() < deadline);
    throw new RealtimeException('UNAVAILABLE', { reason: 'the user changed while it was authenticated' });
  }

  /** The user's connections that have to give way if this one gains the user. @throws RealtimeException `LIMIT_EXCEEDED` at the limit. */
  private excess(connection: LiveConnection, user: RealtimeUser | null): readonly LiveConnection[] {
    if (user === null || connection.user !== null) return [];
    const { connectionsPerUser } = this.options.limits;
    const { max, over = 'refuse' } =
      typeof connectionsPerUser === 'number' ? { max: connectionsPerUser } : connectionsPerUser;
    const excess = this.directory.countOfUser(user.userId) + 1 - max;
    if (excess <= 0) return [];
    if (over === 'refuse') {
      throw new RealtimeException('LIMIT_EXCEEDED', {
        reason: `more than ${max} connections of one user`,
        retryable: true,
        retryAfter: PLACE_DELAY,
      });
    }
    // The directory keeps the oldest first.
    return this.directory.ofUser(user.userId).slice(0, excess);
  }

  /** In the tick in which the new one has taken its place, so that the user never has more. */
  private displace(connections: readonly LiveConnection[]): void {
    for (const oldest of connections) {
      this.directory.remove(oldest);
      oldest.goodbye(DISPLACED);
    }
  }
}
