// Do the decisions of the gates still hold? Resolves a connection's user again and passes every subscription through gate 2 again.
import { Injectable, Logger } from '@nestjs/common';
import { IRealtimeAuthenticator } from '../authorization/realtime.authenticator.js';
import { hasExpired, isSameUser, type RealtimeUser, userFault } from '../authorization/realtime-user.js';
import type { ChannelMatch } from '../connections/channel-match.js';
import { ConnectionDirectory } from '../connections/connection.directory.js';
import { withDeadline } from '../connections/deadline.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { SubscribeRequest } from '../connections/realtime-request.js';
import { Gates } from '../guards/inbound.gates.js';
import { RefusalLog } from '../guards/refusal.log.js';
import { repeatedOutage } from '../instrumentation/internal-error.js';
import { RealtimeException, RealtimeFault } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { RealtimeOptions } from '../realtime.options.js';
import { ExpiryWatch } from './expiry.watch.js';

/** What a renewal could confirm within its time. */
export interface Renewed {
  /** Whether the authenticator has confirmed the user. */
  readonly userConfirmed: boolean;
  /** Channels that gate 2 neither granted nor denied, because a dependency failed. */
  readonly unproven: readonly string[];
}

const TOO_LATE = new RealtimeException('UNAVAILABLE', { reason: 'no answer in time' });
const UNCONFIRMED = new RealtimeException('UNAVAILABLE', { reason: 'the user could not be resolved again' });
const ALL_PROVEN: Renewed = { userConfirmed: true, unproven: [] };

/** Evicts the subscriptions that gate 2 denies, and reports those it could not decide. */
@Injectable()
export class Renewal {
  private readonly logger = new Logger('Realtime');
  private clock = 0;
  /** The newest renewal that has answered, for each connection. A renewal that began earlier and answers later is out of date. */
  private readonly answered = new WeakMap<LiveConnection, number>();
  private readonly confirming = new Map<LiveConnection, Promise<void>>();

  constructor(
    private readonly authenticator: IRealtimeAuthenticator,
    private readonly gates: Gates,
    private readonly directory: ConnectionDirectory,
    private readonly expiry: ExpiryWatch,
    private readonly refusals: RefusalLog,
    private readonly hooks: RealtimeHooks,
    private readonly options: RealtimeOptions,
  ) {}

  /** Connections whose user is being confirmed. */
  get waiting(): number {
    return this.confirming.size;
  }

  /** Always resolves, within twice `milliseconds`. */
  async renew(connection: LiveConnection, milliseconds: number): Promise<Renewed> {
    const order = ++this.clock;
    const startedAt = performance.now();
    const before = connection.user;
    if (before !== null && this.endIfExpired(connection)) return ALL_PROVEN;
    let user = before;
    try {
      if (before !== null) user = await this.resolve(before, connection, milliseconds);
    } catch (error) {
      this.refusals.record(outageOf(this.logger, this.authenticator, error), { gate: 'connect', connection });
      if (this.isOutdated(connection, order)) return this.judgeAgain(connection, milliseconds);
      return { userConfirmed: false, unproven: connection.subscriptions.keys() };
    }
    if (connection.closed) return ALL_PROVEN;
    // A newer renewal has answered. It may still be re-checking subscriptions: check them by its result too, so that this renewal does
    // not resolve before that result takes effect.
    if (this.isOutdated(connection, order)) return this.judgeAgain(connection, milliseconds);
    if (before !== null && user?.userId !== before.userId) {
      connection.goodbye({ code: hasExpired(before) ? 'EXPIRED' : 'REVOKED', reconnect: false });
      return ALL_PROVEN;
    }
    this.resolved(connection, order, startedAt);
    const changed = !isSameUser(user, connection.user);
    if (changed) this.adopt(connection, user);
    if (this.endIfExpired(connection)) return ALL_PROVEN;
    return { userConfirmed: true, unproven: await this.judge(connection, changed, milliseconds) };
  }

  /** Replaces the user of a connection at once, and passes every subscription through gate 2 again. */
  replace(connection: LiveConnection, user: RealtimeUser | null, milliseconds: number): Promise<readonly string[]> {
    this.resolved(connection, ++this.clock, performance.now());
    this.adopt(connection, user);
    return this.judge(connection, true, milliseconds);
  }

  /** Ends the subscriptions that could not be confirmed, because unconfirmed authority ends with its lease. The client may try again. */
  evictUnproven(connection: LiveConnection, { userConfirmed, unproven }: Renewed): void {
    if (!userConfirmed) connection.confirmedAt = -Infinity;
    for (const channel of unproven) this.evicted(connection, connection.evict(channel, 'EXPIRED', true));
  }

  /** Whether the user has been unconfirmed for a whole lease. Then no gate may use the user before `confirm` has resolved. */
  doubts(connection: LiveConnection): boolean {
    return (
      connection.user !== null &&
      this.authenticator.refresh !== undefined &&
      performance.now() - connection.confirmedAt > this.options.lease
    );
  }

  /** Resolves the user of a doubted connection; concurrent calls share one renewal. @throws RealtimeException `UNAVAILABLE` on failure. */
  confirm(connection: LiveConnection, milliseconds: number): Promise<void> {
    let confirmation = this.confirming.get(connection);
    if (confirmation === undefined) {
      confirmation = this.renew(connection, milliseconds).then((renewed) => {
        this.confirming.delete(connection);
        this.evictUnproven(connection, renewed);
        if (!renewed.userConfirmed) throw UNCONFIRMED;
      });
      this.confirming.set(connection, confirmation);
    }
    return confirmation;
  }

  /** Ends one subscription for good. */
  revoke(connection: LiveConnection, channel: string): void {
    this.evicted(connection, connection.evict(channel, 'REVOKED'));
  }

  /** The timer of the credentials may be late, for example after a change of the system clock. */
  private endIfExpired(connection: LiveConnection): boolean {
    if (!hasExpired(connection.user)) return false;
    connection.goodbye({ code: 'EXPIRED', reconnect: false });
    return true;
  }

  private resolved(connection: LiveConnection, order: number, at: number): void {
    this.answered.set(connection, order);
    connection.confirmedAt = at;
  }

  private isOutdated(connection: LiveConnection, order: number): boolean {
    return order < (this.answered.get(connection) ?? 0);
  }

  private adopt(connection: LiveConnection, user: RealtimeUser | null): void {
    const { user: before } = connection;
    this.directory.setUser(connection, user);
    this.expiry.watch(connection);
    // The hook `connected` tells of the user of a connection that is not established yet.
    if (isSameUser(before, user) || !connection.established) return;
    this.hooks.emit('authenticated', () => ({ connection: connection.view, before, user }));
  }

  private async resolve(
    user: RealtimeUser,
    connection: LiveConnection,
    milliseconds: number,
  ): Promise<RealtimeUser | null> {
    if (this.authenticator.refresh === undefined) return user;
    const refreshed = await withDeadline(
      Promise.resolve(this.authenticator.refresh(user, connection.handshake)),
      milliseconds,
      () => new Error('no answer in time'),
    );
    const fault = refreshed === null ? null : userFault(refreshed);
    if (fault !== null) throw new RealtimeFault(fault);
    return refreshed;
  }

  private async judgeAgain(connection: LiveConnection, milliseconds: number): Promise<Renewed> {
    return { userConfirmed: true, unproven: await this.judge(connection, true, milliseconds) };
  }

  private async judge(connection: LiveConnection, userChanged: boolean, milliseconds: number): Promise<string[]> {
    const unproven: string[] = [];
    await connection.collectGrants(async (granted) => {
      await Promise.all(
        [...connection.subscriptions].map(async ([channel, match]) => {
          // For an unchanged user the scope gives the same answer as before; only class guards can answer differently.
          if (!userChanged && match.registered.guards.length === 0) return;
          const refusal = await this.refusalOf(connection, channel, match, milliseconds);
          // A subscribe granted meanwhile has passed gate 2 by itself.
          if (refusal === null || granted.has(channel) || !connection.subscriptions.has(channel)) return;
          if (refusal.retryable) unproven.push(channel);
          else {
            this.refusals.record(refusal, { gate: 'subscribe', connection, channel, match });
            this.revoke(connection, channel);
          }
        }),
      );
    });
    await connection.presence?.recheck(milliseconds);
    return unproven;
  }

  private async refusalOf(
    connection: LiveConnection,
    channel: string,
    match: ChannelMatch,
    milliseconds: number,
  ): Promise<RealtimeException | null> {
    const request = new SubscribeRequest(connection, channel, match);
    try {
      await withDeadline(this.gates.subscribe(request), milliseconds, () => TOO_LATE);
      return null;
    } catch (error) {
      return error as RealtimeException;
    }
  }

  private evicted(connection: LiveConnection, match: ChannelMatch | null): void {
    if (match === null) return;
    this.hooks.emit('unsubscribed', () => ({ connection: connection.view, channel: match.address, by: 'server' }));
  }
}

/** A failed `refresh()` takes nothing away at once, so only the log, the hook and the counters tell of it. */
function outageOf(logger: Logger, { constructor }: IRealtimeAuthenticator, error: unknown): RealtimeException {
  const what = `${constructor.name}.refresh()`;
  return repeatedOutage(
    logger,
    error instanceof RealtimeFault ? `${what} returned no valid user` : `${what} failed`,
    error,
  );
}
