// How does one event get from the bus to its channels? It is mapped, waits for its turn, and is broadcast. Failures are reported, never thrown.
import type { IRealtimeBroadcaster } from '../broadcast/realtime.broadcaster.js';
import type { ChannelLanes } from '../connections/channel-lanes.js';
import type { ChannelAddress } from '@nestjs-realtime/contract';
import { withDeadline } from '../connections/deadline.js';
import { isPromiseLike } from '../connections/promise-like.js';
import type { IRealtimeTracer } from '../instrumentation/realtime.tracer.js';
import { repeatedInternalError } from '../instrumentation/internal-error.js';
import { withSpan } from '../instrumentation/with-span.js';
import { type BridgeRoute, describeRoute, nameOf } from './bridge-entry.js';
import { type Audience, type Passage, tellFailure, tellForwarded } from './bridge-outcome.js';
import type { BridgeRouteStats } from './bridge-stats.js';
import { BridgeTrail, loopFault } from './bridge-trail.js';
import { eventIdOf, eventKey } from './event-key.js';
import { mappedBroadcasts, type MappedBroadcast } from './mapped-broadcasts.js';
import { isRealtimeEvent } from './realtime-event.js';

/** What the routes of one bridge share. */
export interface BridgeParts extends Audience {
  readonly broadcaster: IRealtimeBroadcaster;
  readonly tracer: IRealtimeTracer;
  /** By name template: events of different entries keep their order on one channel, too. */
  readonly lanes: ChannelLanes;
  /** Milliseconds. */
  readonly mapperTimeout: number;
}

const LAYER = 'realtime-bridge';
type LooseBroadcast = (...call: readonly unknown[]) => Promise<void>;

/** One route at work. */
export class BridgeForwarder {
  private readonly counts = { forwarded: 0, skipped: 0, failed: 0, pending: 0 };
  private readonly carry: (passage: Passage) => Promise<void>;

  constructor(
    private readonly route: BridgeRoute,
    private readonly parts: BridgeParts,
  ) {
    const source = nameOf(route.source);
    const attributes = { source, channel: route.channel.name, event: route.event };
    this.carry = withSpan(parts.tracer, { op: LAYER, name: `${LAYER} ${source}`, attributes }, (passage) =>
      this.forward(passage).catch((error: unknown) => {
        throw this.logged(error);
      }),
    );
  }

  get stats(): BridgeRouteStats {
    const { source, channel, event } = this.route;
    return { source: nameOf(source), channel: channel.name, event, ...this.counts };
  }

  /** Whether the event is for this route. Never throws, also where the class has a `Symbol.hasInstance` of its own. */
  wants(event: unknown): event is object {
    if (typeof event !== 'object' || event === null) return false;
    try {
      return event instanceof this.route.source && !isRealtimeEvent(event);
    } catch (error) {
      this.fail(event, BridgeTrail.here(), error);
      return false;
    }
  }

  /**
   * Forwards an event. Never throws. The broadcasts are made before it returns, unless the mapper or an earlier event of the channel
   * has to be waited for.
   */
  take(source: object, from: BridgeTrail | undefined): void {
    this.enter(source, from, async (passage) => {
      await this.carry(passage);
      this.counts[passage.channels.length > 0 ? 'forwarded' : 'skipped']++;
      tellForwarded(this.parts, this.route, passage);
    });
  }

  /** Counts and reports an event that failed before it could be forwarded. Never throws. */
  fail(source: object, from: BridgeTrail | undefined, error: unknown): void {
    this.enter(source, from, async () => {
      throw this.logged(error);
    });
  }

  private enter(source: object, from: BridgeTrail | undefined, work: (passage: Passage) => Promise<void>): void {
    const passage = { source, channels: [] };
    if (from?.isLoop(this.route)) {
      this.counts.failed++;
      if (!from.tellOnce()) return;
      return settle(async () => tellFailure(this.parts, this.route, passage, this.logged(loopFault(this.route))));
    }
    this.counts.pending++;
    const attempt = async (): Promise<void> => {
      try {
        await work(passage);
      } catch (error) {
        this.counts.failed++;
        tellFailure(this.parts, this.route, passage, error);
      } finally {
        this.counts.pending--;
      }
    };
    settle(() => BridgeTrail.within(this.route, from, attempt));
  }

  /** @throws what the mapper or a broadcast threw. */
  private async forward({ source, channels }: Passage): Promise<void> {
    const turn = this.parts.lanes.take(this.route.channel.name);
    let sent: Promise<ChannelAddress>[];
    try {
      const given = this.route.mapper(source);
      const broadcasts = mappedBroadcasts(this.route, isPromiseLike(given) ? await this.inTime(given) : given);
      if (turn.ready) await turn.ready;
      const keys = this.keysOf(source, broadcasts);
      sent = this.parts.hooks.causing(source, () => broadcasts.map((one, index) => this.send(one, keys?.[index])));
    } finally {
      turn.release();
    }
    const errors: unknown[] = [];
    for (const outcome of await Promise.allSettled(sent)) {
      if (outcome.status === 'fulfilled') channels.push(outcome.value);
      else errors.push(outcome.reason);
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} of ${sent.length} broadcasts failed`);
  }

  /** Null for a channel without history, which cannot remember them, and for an event without an id. */
  private keysOf(source: object, broadcasts: readonly MappedBroadcast[]): readonly string[] | null {
    const id = this.route.channel.history === undefined ? null : eventIdOf(source);
    if (id === null) return null;
    const counts = new Map<string, number>();
    return broadcasts.map(({ address: { name } }) => {
      const nth = counts.get(name) ?? 0;
      counts.set(name, nth + 1);
      return eventKey(id, this.route, nth);
    });
  }

  /** @returns the channel. Asynchronous, so that a broadcaster that throws is as one that rejects. */
  private async send({ address, payload }: MappedBroadcast, idempotencyKey?: string): Promise<ChannelAddress> {
    // the payload's type was checked where the entry was written; here gate 4 judges it
    const broadcast = this.parts.broadcaster.broadcast.bind(this.parts.broadcaster) as LooseBroadcast;
    const options = idempotencyKey === undefined ? [] : [{ idempotencyKey }];
    await broadcast(address, this.route.event, payload, ...options);
    return address;
  }

  /** A mapper that never settles must not block its channel, nor keep the events behind it in memory. */
  private inTime(mapped: PromiseLike<unknown>): Promise<unknown> {
    const late = (): Error => new Error(`The mapper has not settled within ${this.parts.mapperTimeout} ms`);
    return withDeadline(Promise.resolve(mapped), this.parts.mapperTimeout, late);
  }

  private logged(error: unknown): Error {
    return repeatedInternalError(this.parts.logger, `${LAYER}: ${describeRoute(this.route)}`, error);
  }
}

/** Only a logger can still fail here, and then there is no place to report it. */
function settle(work: () => Promise<void>): void {
  work().catch(() => undefined);
}
