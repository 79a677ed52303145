// How does a connection begin and end? Gate 1 at one end, everything it held given back at the other.
import { Injectable } from '@nestjs/common';
import { ExpiryWatch } from '../authority/expiry.watch.js';
import { LeaseSweep } from '../authority/lease.sweep.js';
import { RevocationLedger } from '../authority/revocation.ledger.js';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import { ConnectionDirectory } from '../connections/connection.directory.js';
import { withDeadline } from '../connections/deadline.js';
import type { RealtimeConnection } from '../connections/realtime.connection.js';
import { ConnectRequest } from '../connections/realtime-request.js';
import { Gates } from '../guards/inbound.gates.js';
import { RefusalLog } from '../guards/refusal.log.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { RealtimeOptions } from '../realtime.options.js';

/** Clients of a closing node come back spread over this many milliseconds, and one more for each connection there is. */
const RETURN_SPREAD = 1_000;

@Injectable()
export class ConnectionLife {
  private draining = false;

  constructor(
    private readonly gates: Gates,
    private readonly directory: ConnectionDirectory,
    private readonly ledger: RevocationLedger,
    private readonly expiry: ExpiryWatch,
    private readonly leases: LeaseSweep,
    private readonly refusals: RefusalLog,
    private readonly hooks: RealtimeHooks,
    private readonly options: RealtimeOptions,
  ) {}

  /** Gate 1. Resolves with the user on the connection; rejects with a `RealtimeException`, counted. */
  async begin(connection: RealtimeConnection, handshake: RealtimeHandshake): Promise<void> {
    const deadline = performance.now() + this.options.authenticationTimeout;
    try {
      // What the authenticator read may be out of date by the time it answers: then it is asked again.
      while (!(await this.admit(connection, handshake))) {
        if (performance.now() > deadline) {
          throw new RealtimeException('UNAVAILABLE', { reason: 'the user changed while it was authenticated' });
        }
      }
    } catch (error) {
      // Nobody was refused where nobody waits any more.
      if (!connection.closed) this.refusals.record(error as RealtimeException, { gate: 'connect', connection });
      throw error;
    }
  }

  /** The transport has established the connection that gate 1 let in. */
  established(connection: RealtimeConnection): void {
    if (connection.closed) return;
    connection.established = true;
    this.expiry.watch(connection);
    this.hooks.emit('connected', () => ({ connection }));
  }

  /** Forgets a connection. More calls change nothing. */
  end(connection: RealtimeConnection, reason: string): void {
    if (connection.closed) return;
    const left = [...connection.subscriptions];
    connection.end();
    this.directory.remove(connection);
    this.expiry.forget(connection);
    this.leases.forget(connection);
    for (const [channel, { descriptor }] of left) {
      this.hooks.emit('unsubscribed', () => ({ connection, descriptor, channel }));
    }
    if (connection.established) this.hooks.emit('disconnected', () => ({ connection, reason }));
  }

  /**
   * Sends everybody away: at once where nothing runs, else when the handlers in flight have finished or `drainTimeout` is over.
   * Clients are told to come back at moments spread over time, so that the next node is not stormed.
   */
  async drain(): Promise<void> {
    this.draining = true;
    const connections = this.directory.all();
    const spread = RETURN_SPREAD + connections.length;
    const idle = connections.map(async (connection) => {
      connection.announceEnd({ code: 'SHUTDOWN', reconnect: true, retryAfterMs: Math.floor(Math.random() * spread) });
      await connection.whenIdle();
      connection.disconnect();
    });
    const late = (): Error => new Error('drain timeout');
    await withDeadline(Promise.all(idle), this.options.drainTimeout, late).catch(() => undefined);
    for (const connection of connections) connection.disconnect();
  }

  /** Whether what was found still holds. */
  private async admit(connection: RealtimeConnection, handshake: RealtimeHandshake): Promise<boolean> {
    const admission = this.ledger.open({ since: 0 });
    const askedAt = performance.now();
    try {
      const request = new ConnectRequest(connection, handshake);
      await this.gates.connect(request);
      return this.enter(connection, request.user, askedAt, this.ledger.verdict(admission, request.user, null));
    } finally {
      this.ledger.close(admission);
    }
  }

  private enter(
    connection: RealtimeConnection,
    user: RealtimeUser | null,
    askedAt: number,
    standing: ReturnType<RevocationLedger['verdict']>,
  ): boolean {
    // The transport has closed meanwhile, and its end was reported. What enters now would stay for ever.
    if (connection.closed) throw new RealtimeException('UNAVAILABLE', { reason: 'closed during authentication' });
    if (this.draining) throw new RealtimeException('UNAVAILABLE', { reason: 'the node is closing' });
    if (standing === 'revoked')
      throw new RealtimeException('UNAUTHENTICATED', { reason: 'revoked during authentication' });
    if (standing === 'stale') return false;
    const { connectionsPerUser } = this.options.limits;
    if (user !== null && this.directory.countOfUser(user.userId) >= connectionsPerUser) {
      throw new RealtimeException('LIMIT_EXCEEDED', {
        reason: `more than ${connectionsPerUser} connections of one user`,
      });
    }
    // In the tick of the verdict: what revokes, counts or drains later finds the connection.
    connection.user = user;
    connection.confirmedAt = askedAt;
    this.directory.add(connection);
    if (user !== null) this.leases.watch(connection);
    return true;
  }
}
