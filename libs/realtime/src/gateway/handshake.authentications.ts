// Whose credentials are these, and does the answer still hold when it comes? Gate 1, for new connections and `rt:authenticate`.
import { Injectable } from '@nestjs/common';
import { RevocationLedger } from '../revocation/revocation.ledger.js';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { ConnectRequest } from '../connections/realtime-request.js';
import { Gates } from '../guards/inbound.gates.js';
import { RealtimeException } from '../realtime.exception.js';
import { UserConnections } from './user.connections.js';

/** Receives the user that gate 1 found. `askedAt` is when the gate was asked (`performance.now()`). It may throw a refusal. */
export type TakeUser<Result> = (user: RealtimeUser | null, askedAt: number) => Result;

@Injectable()
export class Authentications {
  constructor(
    private readonly gates: Gates,
    private readonly ledger: RevocationLedger,
    private readonly users: UserConnections,
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
      let displaced: readonly string[] | null = null;
      let taken: { readonly result: Result } | null = null;
      try {
        const request = new ConnectRequest(connection, handshake);
        await this.gates.connect(request);
        const { user } = request;
        displaced = await this.users.note(connection, user);
        // The transport has closed meanwhile and has already reported it. A connection added now would never be removed.
        if (connection.closed) throw new RealtimeException('UNAVAILABLE', { reason: 'closed during authentication' });
        const verdict = this.ledger.verdict(admission, { id: connection.id, user }, null);
        if (verdict === 'revoked') {
          throw new RealtimeException('UNAUTHENTICATED', { reason: 'revoked during authentication' });
        }
        if (verdict === 'holds' && connection.user === before) {
          const oldest = this.users.excess(connection, user);
          taken = { result: take(user, askedAt) };
          this.users.displace(oldest, displaced ?? []);
          return taken.result;
        }
      } finally {
        this.ledger.close(admission);
        // What an earlier pass has noted stays: the connection keeps the user that it had.
        if (taken === null && displaced !== null) this.users.forget(connection);
      }
    } while (performance.now() < deadline);
    throw new RealtimeException('UNAVAILABLE', { reason: 'the user changed while it was authenticated' });
  }
}
