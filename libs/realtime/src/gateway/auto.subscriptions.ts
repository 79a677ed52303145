// Which channels is a connection subscribed to without asking? Those with autoSubscribe whose scope its user fits.
import { Injectable, Logger } from '@nestjs/common';
import { type ChannelParams, ChannelParamsError, scopedParam } from '@nestjs-realtime/contract';
import { authorize, sessionRefOf } from '../authorization/authorize.js';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import { ConnectionDirectory } from '../connections/connection.directory.js';
import type { LiveConnection } from '../connections/live.connection.js';
import type { RegisteredChannel } from '../connections/registered-channel.js';
import { warnRepeated } from '../instrumentation/repeated-log.js';
import { LeaseSweep } from '../revocation/lease.sweep.js';
import { ServerSubscriptions } from './server.subscriptions.js';

/**
 * Subscribes a connection when it has connected, and to the channels that it gains when its user changes. What gate 2 has denied or an
 * outage has cost is tried again whenever the lease is renewed. A channel that the client or the application has left on purpose is not.
 */
@Injectable()
export class AutoSubscriptions {
  private readonly logger = new Logger('Realtime');
  /** What the newest change of a connection's user leads to, while it is under way. */
  private readonly underWay = new Map<LiveConnection, Promise<unknown>>();
  /** Channels of their users that connections have left on purpose. */
  private readonly left = new WeakMap<LiveConnection, Set<string>>();

  constructor(
    private readonly registry: HandlerRegistry,
    private readonly subscriptions: ServerSubscriptions,
    directory: ConnectionDirectory,
    private readonly leases: LeaseSweep,
  ) {
    directory.watchUsers((connection, before) => this.userChanged(connection, before));
    leases.onRenewed((connection) => this.regain(connection));
  }

  /** Call it once the client has been welcomed. */
  connected(connection: LiveConnection): void {
    for (const channel of this.channelsOf(connection.user)) void this.subscribe(connection, channel);
  }

  /** The client or the application has ended one subscription, or all; or one that was still to come. */
  leave(connection: LiveConnection, channel?: string): void {
    // Other names are not kept: a client can make up any number of them.
    const meant = this.channelsOf(connection.user).filter((own) => channel === undefined || own === channel);
    if (meant.length > 0) this.left.set(connection, new Set([...(this.left.get(connection) ?? []), ...meant]));
  }

  /** The client or the application wants the channel again. */
  rejoin(connection: LiveConnection, channel: string): void {
    this.left.get(connection)?.delete(channel);
  }

  private userChanged(connection: LiveConnection, before: RealtimeUser | null): void {
    if (!connection.established || this.registry.autoSubscribed.length === 0) return;
    const known = new Set(this.channelsOf(before));
    const gained = this.channelsOf(connection.user).filter((channel) => !known.has(channel));
    if (gained.length === 0) return;
    const outcome: Promise<unknown> = Promise.all([
      this.underWay.get(connection),
      ...gained.map((channel) => {
        this.rejoin(connection, channel);
        return this.subscribe(connection, channel);
      }),
    ]).finally(() => {
      if (this.underWay.get(connection) === outcome) this.underWay.delete(connection);
    });
    this.underWay.set(connection, outcome);
  }

  /** Channels that the connection should have and has not. */
  missing(connection: LiveConnection): string[] {
    if (!connection.established) return [];
    const left = this.left.get(connection);
    return this.channelsOf(connection.user).filter(
      (channel) => !connection.subscriptions.has(channel) && !left?.has(channel),
    );
  }

  /** Tries again what is missing, and resolves when gate 2 has decided. Its denials are no news, so they are not recorded. Never rejects. */
  async regain(connection: LiveConnection): Promise<void> {
    await this.underWay.get(connection);
    await Promise.all(this.missing(connection).map((channel) => this.subscriptions.subscribe(connection, channel)));
  }

  private async subscribe(connection: LiveConnection, channel: string): Promise<void> {
    const denial = await this.subscriptions.subscribe(connection, channel);
    // A user who has lost the channel meanwhile has been refused nothing.
    if (denial === null || !this.channelsOf(connection.user).includes(channel)) return;
    this.subscriptions.record(connection, channel, denial);
    // An anonymous connection without subscriptions has no lease so far, and so no renewal that tries again.
    this.leases.watch(connection);
  }

  /** Concrete names of the channels whose scope a user fits; their guards decide later. */
  private channelsOf(user: RealtimeUser | null): string[] {
    return this.registry.autoSubscribed.flatMap((channel) => {
      const params = paramsFor(channel, user);
      if (params === null || !authorize(channel.descriptor, params, user)) return [];
      try {
        return [channel.descriptor.template.build(params)];
      } catch (error) {
        // The id of this user cannot stand in a channel name; the user's other channels can.
        if (!(error instanceof ChannelParamsError)) throw error;
        warnRepeated(this.logger, `autoSubscribe of channel "${channel.descriptor.name}" skips a user`, error);
        return [];
      }
    });
  }
}

/** The params that a user gives; null if it gives none that the scope needs. */
function paramsFor({ descriptor }: RegisteredChannel, user: RealtimeUser | null): ChannelParams<string> | null {
  const { scope } = descriptor;
  const param = scopedParam(scope);
  if (param === undefined) return {};
  if (user === null) return null;
  if (typeof scope === 'object' && 'userScoped' in scope) return { [param]: user.userId };
  const ref = sessionRefOf(user);
  return ref === null ? null : { [param]: ref };
}
