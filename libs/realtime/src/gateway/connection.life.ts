// How does a connection begin and end? It begins with gate 1; when it ends, everything it held is released.
import { Injectable } from '@nestjs/common';
import { ExpiryWatch } from '../revocation/expiry.watch.js';
import { LeaseSweep } from '../revocation/lease.sweep.js';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import { ConnectionDirectory } from '../connections/connection.directory.js';
import { withDeadline } from '../connections/deadline.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { OnlineUsers } from '../presence/online.users.js';
import { RefusalLog } from '../guards/refusal.log.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { RealtimeOptions } from '../realtime.options.js';
import { AutoSubscriptions } from './auto.subscriptions.js';
import { UserConnections } from './user.connections.js';
import { Authentications } from './handshake.authentications.js';

/** Clients of a closing node reconnect spread over this many milliseconds, plus one per connection. */
const RETURN_SPREAD = 1_000;

@Injectable()
export class ConnectionLife {
  private draining = false;

  constructor(
    private readonly authentications: Authentications,
    private readonly directory: ConnectionDirectory,
    private readonly users: UserConnections,
    private readonly expiry: ExpiryWatch,
    private readonly leases: LeaseSweep,
    private readonly auto: AutoSubscriptions,
    private readonly online: OnlineUsers,
    private readonly refusals: RefusalLog,
    private readonly hooks: RealtimeHooks,
    private readonly options: RealtimeOptions,
  ) {}

  /** Passes gate 1 and sets the connection's user. Rejects with a `RealtimeException`, which it counts. */
  async connect(connection: LiveConnection, handshake: RealtimeHandshake): Promise<void> {
    const deadline = performance.now() + this.options.authenticationTimeout;
    try {
      await this.authentications.pass(connection, handshake, deadline, (user, askedAt) => {
        if (this.draining) throw new RealtimeException('UNAVAILABLE', { reason: 'the node is closing' });
        connection.user = user;
        connection.confirmedAt = askedAt;
        this.directory.add(connection);
        if (user !== null) this.leases.watch(connection);
      });
    } catch (error) {
      // A client that has disconnected is not counted as refused.
      if (!connection.closed) this.refusals.record(error as RealtimeException, { gate: 'connect', connection });
      throw error;
    }
  }

  /** Called when the transport has established a connection that passed gate 1. */
  connected(connection: LiveConnection): void {
    if (!connection.establish()) return;
    this.expiry.watch(connection);
    this.online.connected(connection);
    this.hooks.emit('connected', () => ({ connection: connection.view }));
    this.auto.connected(connection);
  }

  /** Forgets a connection. Further calls have no effect. */
  disconnected(connection: LiveConnection, reason: string): void {
    if (connection.closed) return;
    const left = [...connection.subscriptions];
    connection.end();
    this.directory.remove(connection);
    this.users.forget(connection);
    this.online.disconnected(connection);
    this.expiry.forget(connection);
    this.leases.forget(connection);
    const { view } = connection;
    for (const [, { address }] of left) {
      this.hooks.emit('unsubscribed', () => ({ connection: view, channel: address, by: 'disconnect' }));
    }
    if (connection.established) this.hooks.emit('disconnected', () => ({ connection: view, reason }));
  }

  /**
   * Closes every connection: at once if no handler runs, otherwise when its handlers have finished or `drainTimeout` is over. Clients are
   * asked to reconnect at different moments, so that they do not all reach the next node at once.
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
}
