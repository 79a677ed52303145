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
import { ServerSubscriptions } from './server.subscriptions.js';

/**
 * Subscribes a connection when it has connected, and to the channels that it gains when its user changes. A channel that the client has
 * left is not subscribed again while the same user may have it.
 */
@Injectable()
export class AutoSubscriptions {
  private readonly logger = new Logger('Realtime');
  /** What the newest change of a connection's user leads to, while it is under way. */
  private readonly underWay = new Map<LiveConnection, Promise<unknown>>();

  constructor(
    private readonly registry: HandlerRegistry,
    private readonly subscriptions: ServerSubscriptions,
    directory: ConnectionDirectory,
  ) {
    directory.watchUsers((connection, before) => this.userChanged(connection, before));
  }

  /** Call it once the client has been welcomed. */
  connected(connection: LiveConnection): void {
    for (const channel of this.channelsOf(connection.user)) void this.subscriptions.subscribe(connection, channel);
  }

  private userChanged(connection: LiveConnection, before: RealtimeUser | null): void {
    if (!connection.established || this.registry.autoSubscribed.length === 0) return;
    const known = new Set(this.channelsOf(before));
    const gained = this.channelsOf(connection.user).filter((channel) => !known.has(channel));
    if (gained.length === 0) return;
    const outcome: Promise<unknown> = Promise.all([
      this.underWay.get(connection),
      ...gained.map((channel) => this.subscriptions.subscribe(connection, channel)),
    ]).finally(() => {
      if (this.underWay.get(connection) === outcome) this.underWay.delete(connection);
    });
    this.underWay.set(connection, outcome);
  }

  /** Resolves when the connection is subscribed to what its user has gained, or gate 2 has refused that. Never rejects. */
  async settled(connection: LiveConnection): Promise<void> {
    await this.underWay.get(connection);
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
