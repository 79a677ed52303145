// What happens to a client that does not read? It is cut off, or misses events, as the channel or the options say.
import { Logger } from '@nestjs/common';
import type { SlowConsumerPolicy } from '@nestjs-realtime/contract';
import type { Socket as EngineSocket } from 'engine.io';
import { quotedForLog } from '../instrumentation/log-text.js';
import { warnRepeated } from '../instrumentation/repeated-log.js';
import type { RealtimeHooks } from '../realtime.hooks.js';
import type { RealtimeOptions } from '../realtime.options.js';
import { BackPressure } from './fan-out/back-pressure.js';
import { Backlogs } from './fan-out/backlogs.js';
import { SlowClients } from './fan-out/slow-clients.js';
import { connectionOf } from './intake/engine-listeners.js';
import { dropUnsent } from './internals.js';
import type { SocketIOConnection } from './socket-io.connection.js';

export class SlowConsumers {
  readonly backlogs: Backlogs;
  readonly clients: SlowClients;
  readonly pressure: BackPressure;
  private readonly logger = new Logger('Realtime');
  private readonly policy: SlowConsumerPolicy;

  /** `end` forgets a connection that has been told why, and closes its transport. */
  constructor(
    { slowConsumer, limits: { queuedBytes } }: RealtimeOptions,
    private readonly hooks: RealtimeHooks,
    private readonly end: (connection: SocketIOConnection) => void,
  ) {
    this.policy = slowConsumer;
    this.backlogs = new Backlogs(queuedBytes);
    this.clients = new SlowClients(this.backlogs, queuedBytes, this.judged);
    this.pressure = new BackPressure(queuedBytes, this.clients);
  }

  /** A client for which nothing more may wait. What follows may broadcast, so it comes after the write that led to it. */
  readonly overflow = (conn: EngineSocket, channel: string, isDroppable: boolean): void => {
    queueMicrotask(() => {
      const connection = connectionOf(conn);
      if (connection === null || connection.closed) return;
      const policy = isDroppable ? 'drop' : this.policyOf(connection, channel);
      if (policy === 'disconnect') this.cutOff(conn, channel);
      else this.overflowed(connection, channel, policy);
    });
  };

  /** One that is slow where events are dropped misses further ones, until less than the limit waits for it. */
  private readonly judged = (conn: EngineSocket, channel: string): void => {
    const connection = connectionOf(conn);
    if (connection !== null && this.policyOf(connection, channel) === 'disconnect') this.cutOff(conn, channel);
  };

  private policyOf(connection: SocketIOConnection, channel: string): SlowConsumerPolicy {
    return connection.subscriptions.get(channel)?.descriptor.slowConsumer ?? this.policy;
  }

  /** The client may come back. It reads why if it still reads; what the kernel does not take within the closing timeout is lost. */
  cutOff(conn: EngineSocket, channel: string | null): void {
    const connection = connectionOf(conn);
    if (connection === null) return void conn.close(true);
    if (connection.closed) return;
    this.overflowed(connection, channel, 'disconnect');
    warnRepeated(this.logger, 'A slow client was cut off', this.describe(connection, channel));
    dropUnsent(conn);
    connection.announceEnd({ code: 'SLOW_CONSUMER', reconnect: true });
    this.end(connection);
  }

  private describe({ user, outlet: { conn } }: SocketIOConnection, channel: string | null): string {
    const who = user === null ? 'anonymous' : `user ${quotedForLog(user.userId)}`;
    const what = channel === null ? 'answers' : `events of channel ${quotedForLog(channel)}`;
    return `${who}; ${this.backlogs.bytesOf(conn)} bytes waited, ${what} last; above limits.queuedBytes for ${this.clients.behindFor(conn)} ms`;
  }

  private overflowed(connection: SocketIOConnection, name: string | null, policy: SlowConsumerPolicy): void {
    this.hooks.emit('overflowed', () => ({
      connection: connection.view,
      channel: (name !== null && connection.subscriptions.get(name)?.address) || null,
      policy,
      queuedBytes: this.backlogs.bytesOf(connection.outlet.conn),
    }));
  }
}
