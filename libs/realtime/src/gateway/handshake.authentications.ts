// Who is behind these credentials, and does that still hold when the answer comes? Gate 1, for new connections and for `rt:authenticate`.
import { Injectable } from '@nestjs/common';
import { RevocationLedger } from '../revocation/revocation.ledger.js';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import { ConnectionDirectory } from '../connections/connection.directory.js';
import type { RealtimeConnection } from '../connections/realtime.connection.js';
import { ConnectRequest } from '../connections/realtime-request.js';
import { Gates } from '../guards/inbound.gates.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';

/** Takes the user that gate 1 found, who was asked for at `askedAt` (`performance.now()`). It may throw a refusal. */
export type TakeUser<Result> = (user: RealtimeUser | null, askedAt: number) => Result;

@Injectable()
export class Authentications {
  constructor(
    private readonly gates: Gates,
    private readonly ledger: RevocationLedger,
    private readonly directory: ConnectionDirectory,
    private readonly options: RealtimeOptions,
  ) {}

  /**
   * Passes gate 1 and calls `take` in the tick in which its answer is known to hold: what revokes, counts or drains later finds the
   * connection under that user. Where the user changes while the authenticator works, it is asked again, until `deadline`.
   *
   * Resolves with what `take` returned; rejects with a `RealtimeException`.
   */
  async pass<Result>(
    connection: RealtimeConnection,
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
        // The transport has closed meanwhile, and its end was reported. What enters now would stay for ever.
        if (connection.closed) throw new RealtimeException('UNAVAILABLE', { reason: 'closed during authentication' });
        const verdict = this.ledger.verdict(admission, user, null);
        if (verdict === 'revoked') {
          throw new RealtimeException('UNAUTHENTICATED', { reason: 'revoked during authentication' });
        }
        if (verdict === 'holds' && connection.user === before) {
          this.demandPlace(connection, user);
          return take(user, askedAt);
        }
      } finally {
        this.ledger.close(admission);
      }
    } while (performance.now() < deadline);
    throw new RealtimeException('UNAVAILABLE', { reason: 'the user changed while it was authenticated' });
  }

  /** A connection that gets a user counts among that user's connections. */
  private demandPlace(connection: RealtimeConnection, user: RealtimeUser | null): void {
    if (user === null || connection.user !== null) return;
    const { connectionsPerUser } = this.options.limits;
    if (this.directory.countOfUser(user.userId) < connectionsPerUser) return;
    throw new RealtimeException('LIMIT_EXCEEDED', {
      reason: `more than ${connectionsPerUser} connections of one user`,
    });
  }
}
