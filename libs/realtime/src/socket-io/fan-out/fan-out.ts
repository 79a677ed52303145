// How does one event reach all members of a channel? By one of two paths; this class holds the one in use, and can change it.
import type { Socket as NetSocket } from 'node:net';
import { Logger } from '@nestjs/common';
import type { Socket as EngineSocket } from 'engine.io';
import type { EncodedEvent, ReplayedEvent } from '../../connections/encoded-event.js';
import type { Party } from '../../connections/party.js';
import type { MemberChannel, Membership } from '../../connections/channel.membership.js';
import { Audience } from './audience.js';
import { fastPathFault } from '../internals.js';
import type { FanOutMode, FanOutPath } from './fan-out-path.js';
import { FastFanOut } from './fast-fan-out.js';
import type { Outlet } from './outlet.js';
import { Replays } from './replays.js';
import { StockFanOut } from './stock-fan-out.js';
import type { Writer } from './writer.js';

/** Finds the outlets of connections. */
export interface Parties {
  /** Connections of this node. Every member of a channel is one of them. */
  readonly count: number;
  of(party: Party): readonly Outlet[];
}

/** One channel of a broadcast, and how many of its members get the event under its name; `audience` is null for all of them. */
interface Delivery {
  readonly channel: MemberChannel<Outlet>;
  readonly audience: Audience | null;
  readonly size: number;
}

/**
 * Fan-out of one node.
 *
 * Order: a member receives exactly the broadcasts made while it was a member, in their order, and before anything that is sent to it
 * later. Call `settle(member)` before each join, each leave and each packet that something else sends to it.
 */
export class FanOut {
  private readonly logger = new Logger('Realtime');
  private path: FanOutPath;
  /** Counts the broadcasts that are not for all members of one channel. */
  private stamp = 0;
  private readonly replays = new Replays();

  constructor(
    private readonly membership: Membership<Outlet>,
    private readonly parties: Parties,
    mode: FanOutMode,
    private readonly writer: Writer,
  ) {
    this.path = mode === 'fast' ? new FastFanOut(writer) : new StockFanOut(writer);
    membership.watch({ lastOut: (channel) => this.path.forget(channel) });
  }

  get mode(): FanOutMode {
    return this.path.mode;
  }

  /** Checks what the fast path relies on, on a WebSocket transport that has opened; goes over to the stock path by itself. */
  inspect(conn: EngineSocket): void {
    if (this.mode === 'stock' || conn.transport.name !== 'websocket') return;
    const fault = fastPathFault(conn);
    if (fault === null) return;
    this.path.close();
    this.path = new StockFanOut(this.writer);
    this.logger.warn(
      `Fan-out uses the stock path, which costs more: ${fault}. Check the versions of socket.io and ws.`,
    );
  }

  /** @returns the number of members that get the event. */
  broadcast(event: EncodedEvent): number {
    const { channels, except, to } = event;
    if (channels.length > 1 || except !== undefined || to !== undefined) return this.broadcastToSome(event);
    const channel = this.membership.get(channels[0]);
    if (channel === undefined) return 0;
    this.path.broadcast(channel, event, null);
    return channel.size;
  }

  /** Who gets the event is settled before the first write: what a write leads to may broadcast, and change the stamps. */
  private broadcastToSome(event: EncodedEvent): number {
    const deliveries = this.deliveriesOf(event);
    let recipients = 0;
    for (const { channel, audience, size } of deliveries) {
      recipients += size;
      this.path.broadcast(channel, event, audience);
    }
    if (event.offset !== undefined) this.skip(event);
    return recipients;
  }

  /** On a channel with history, members that are left out get the offset in the event's place, so that they miss none. */
  private skip(event: EncodedEvent): void {
    const channel = this.membership.get(event.channels[0]);
    if (channel === undefined) return;
    const left = event.except!.flatMap((party) => this.parties.of(party)).filter((outlet) => channel.has(outlet));
    if (left.length > 0) this.path.broadcast(channel, { ...event, isSkipped: true }, Audience.only(left));
  }

  /** Each member gets the event once, under the first of its channels. Stamps tell members apart, so that nothing is kept for each of them. */
  private deliveriesOf({ channels, except, to }: EncodedEvent): Delivery[] {
    const stamp = ++this.stamp;
    let seen = 0;
    for (const party of except ?? []) seen += markAll(this.parties.of(party), stamp).fresh;
    const addressed = to && this.parties.of(to);
    const deliveries: Delivery[] = [];
    for (const name of channels) {
      // Where channels share their members, the first ones reach them all.
      if (seen === this.parties.count) break;
      const channel = this.membership.get(name);
      if (channel === undefined) continue;
      const members = addressed?.filter((outlet) => channel.has(outlet));
      const marked = markAll(members ?? channel.values(), stamp);
      if (marked.fresh === 0) continue;
      seen += marked.fresh;
      const audience = audienceOf(channel, members ?? channel.values(), marked);
      deliveries.push({ channel, size: marked.fresh, audience });
    }
    return deliveries;
  }

  /** Sends a packet to one client, after what waits for it. */
  send(member: Outlet, packet: string): void {
    this.path.send(member, packet);
  }

  /** Sends events of a log to one client alone. Resolves when its transport has taken them, or has ended. */
  replay(member: Outlet, channel: string, events: readonly ReplayedEvent[]): Promise<void> {
    this.path.settle(member);
    return this.replays.send(member, channel, events);
  }

  /** Sends a member what waits for it, because something else is about to follow, or it is to join or leave. */
  settle(member: Outlet): void {
    this.path.settle(member);
  }

  /** What is written to a network socket in the rest of this turn leaves at its end, together. */
  gatherWrites(network: NetSocket | null): void {
    this.path.gatherWrites(network);
  }
}

/** What marking has found: how many outlets were not marked before, and those that were. */
interface Marked {
  readonly fresh: number;
  readonly seen: readonly Outlet[];
}

function markAll(outlets: Iterable<Outlet>, stamp: number): Marked {
  const seen: Outlet[] = [];
  let fresh = 0;
  for (const outlet of outlets) {
    if (outlet.seenBy === stamp) {
      seen.push(outlet);
    } else {
      outlet.seenBy = stamp;
      fresh++;
    }
  }
  return { fresh, seen };
}

/** Of the members asked, those that were not marked before. Says the smaller of two ways; null for every member of the channel. */
function audienceOf(
  { size }: MemberChannel<Outlet>,
  asked: Iterable<Outlet>,
  { fresh, seen }: Marked,
): Audience | null {
  if (fresh === size) return null;
  if (fresh + seen.length === size && seen.length < fresh) return Audience.allBut(seen);
  const marked = new Set(seen);
  return Audience.only([...asked].filter((outlet) => !marked.has(outlet)));
}
