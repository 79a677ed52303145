// Is what the gates found still true? Resolves a connection's user anew and passes every subscription through gate 2 again.
import { Injectable, Logger } from '@nestjs/common';
import { IRealtimeAuthenticator } from '../authorization/realtime.authenticator.js';
import { isSameUser, type RealtimeUser, userFault } from '../authorization/realtime-user.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import type { ChannelMatch } from '../connections/channel-match.js';
import { ConnectionDirectory } from '../connections/connection.directory.js';
import { withDeadline } from '../connections/deadline.js';
import type { RealtimeConnection } from '../connections/realtime.connection.js';
import { RealtimeRequest } from '../connections/realtime-request.js';
import { Gates } from '../guards/gates.js';
import { RefusalLog } from '../guards/refusals.js';
import { warnRepeated } from '../instrumentation/repeated-log.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { ExpiryWatch } from './expiry.watch.js';
import { RevocationLedger } from './revocation.ledger.js';

const TOO_LATE = new RealtimeException('UNAVAILABLE', { reason: 'no answer in time' });
const UNCONFIRMED = new RealtimeException('UNAVAILABLE', { reason: 'the user could not be resolved anew' });

/** Evicts what is denied; says what could not be proven either way, because a dependency failed. */
@Injectable()
export class Renewal {
  private readonly logger = new Logger('Realtime');
  private clock = 0;
  /** The last renewal that each connection has an answer of; one that began earlier and answers later is out of date. */
  private readonly answered = new WeakMap<RealtimeConnection, number>();

  /** Connections whose user the last renewal could not resolve. */
  private readonly unresolved = new WeakSet<RealtimeConnection>();
  /** Those among them whose time for it is over. Whom nobody confirms is admitted nowhere by what he once was. */
  private readonly doubted = new WeakSet<RealtimeConnection>();

  constructor(
    private readonly authenticator: IRealtimeAuthenticator,
    private readonly gates: Gates,
    private readonly registry: HandlerRegistry,
    private readonly directory: ConnectionDirectory,
    private readonly expiry: ExpiryWatch,
    private readonly ledger: RevocationLedger,
    private readonly refusals: RefusalLog,
    private readonly hooks: RealtimeHooks,
  ) {}

  /** Resolves, always, with the channels that could not be proven within `milliseconds`. */
  async renew(connection: RealtimeConnection, milliseconds: number): Promise<readonly string[]> {
    const order = ++this.clock;
    const before = connection.user;
    let user = before;
    try {
      if (before !== null) user = await this.resolve(before, connection, milliseconds);
    } catch (error) {
      warnRepeated(this.logger, 'A user could not be resolved again', error);
      if (this.isOutdated(connection, order)) return this.judge(connection, true, milliseconds);
      this.unresolved.add(connection);
      return [...connection.subscriptions.keys()];
    }
    if (connection.closed) return [];
    // Whoever has answered meanwhile knew more; he may still be judging by it, so we must not be done before.
    if (this.isOutdated(connection, order)) return this.judge(connection, true, milliseconds);
    this.resolved(connection, order);
    if (before !== null && user?.userId !== before.userId) {
      connection.goodbye({ code: 'REVOKED', reconnect: false });
      return [];
    }
    const changed = !isSameUser(user, connection.user);
    if (changed) this.adopt(connection, user);
    return this.judge(connection, changed, milliseconds);
  }

  /** Gives a connection another state of its user, at once, and passes every subscription through gate 2 again. */
  replace(connection: RealtimeConnection, user: RealtimeUser | null, milliseconds: number): Promise<readonly string[]> {
    this.resolved(connection, ++this.clock);
    this.adopt(connection, user);
    return this.judge(connection, true, milliseconds);
  }

  /** Ends what could not be proven: authority that nobody confirms lasts no longer than its lease. The client may try again. */
  evictUnproven(connection: RealtimeConnection, channels: readonly string[]): void {
    if (this.unresolved.has(connection)) this.doubted.add(connection);
    for (const channel of channels) this.evicted(connection, channel, connection.evict(channel, 'EXPIRED', true));
  }

  /** Whether a connection may be admitted to nothing before `confirm` has resolved for it. */
  doubts(connection: RealtimeConnection): boolean {
    return this.doubted.has(connection);
  }

  /** Resolves the user of a doubted connection. @throws RealtimeException `UNAVAILABLE` while that still fails. */
  async confirm(connection: RealtimeConnection, milliseconds: number): Promise<void> {
    this.evictUnproven(connection, await this.renew(connection, milliseconds));
    if (this.doubts(connection)) throw UNCONFIRMED;
  }

  /** Ends one subscription for good. */
  revoke(connection: RealtimeConnection, channel: string): void {
    this.evicted(connection, channel, connection.evict(channel, 'REVOKED'));
  }

  private resolved(connection: RealtimeConnection, order: number): void {
    this.answered.set(connection, order);
    this.unresolved.delete(connection);
    this.doubted.delete(connection);
  }

  private isOutdated(connection: RealtimeConnection, order: number): boolean {
    return order < (this.answered.get(connection) ?? 0);
  }

  private adopt(connection: RealtimeConnection, user: RealtimeUser | null): void {
    this.directory.setUser(connection, user);
    this.expiry.watch(connection);
    if (user !== null) this.ledger.record('stale', { userId: user.userId });
  }

  private async resolve(
    user: RealtimeUser,
    connection: RealtimeConnection,
    milliseconds: number,
  ): Promise<RealtimeUser | null> {
    if (this.authenticator.refresh === undefined) return user;
    const refreshed = await withDeadline(
      Promise.resolve(this.authenticator.refresh(user, connection.handshake)),
      milliseconds,
      () => TOO_LATE,
    );
    const fault = refreshed === null ? null : userFault(refreshed);
    if (fault !== null)
      throw new RealtimeException('UNAVAILABLE', { message: `refresh() returned no valid user: ${fault}` });
    return refreshed;
  }

  private async judge(connection: RealtimeConnection, userChanged: boolean, milliseconds: number): Promise<string[]> {
    const unproven: string[] = [];
    await connection.collectGrants(async (granted) => {
      await Promise.all(
        [...connection.subscriptions].map(async ([channel, match]) => {
          // The scope of an unchanged user gives the same answer as before; only class guards may think anew.
          if (!userChanged && !this.registry.get(match.descriptor)?.guards.length) return;
          const refusal = await this.refusalOf(connection, channel, match, milliseconds);
          // Another subscribe may have been granted meanwhile; it has been judged by itself.
          if (refusal === null || granted.has(channel) || !connection.subscriptions.has(channel)) return;
          if (refusal.retryable) unproven.push(channel);
          else {
            this.refusals.record(refusal, { gate: 'subscribe', connection, channel });
            this.revoke(connection, channel);
          }
        }),
      );
    });
    return unproven;
  }

  private async refusalOf(
    connection: RealtimeConnection,
    channel: string,
    match: ChannelMatch,
    milliseconds: number,
  ): Promise<RealtimeException | null> {
    const request = new RealtimeRequest('subscribe', connection, channel, match, null, undefined);
    try {
      await withDeadline(this.gates.subscribe(request), milliseconds, () => TOO_LATE);
      return null;
    } catch (error) {
      return error as RealtimeException;
    }
  }

  private evicted(connection: RealtimeConnection, channel: string, match: ChannelMatch | null): void {
    if (match !== null) this.hooks.emit('unsubscribed', () => ({ connection, descriptor: match.descriptor, channel }));
  }
}
