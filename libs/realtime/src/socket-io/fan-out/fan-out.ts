// How does one event reach all members of a channel? By one of two paths; this class holds the one in use, and can change it.
import type { Socket as NetSocket } from 'node:net';
import { Logger } from '@nestjs/common';
import type { Socket as EngineSocket } from 'engine.io';
import type { EncodedEvent } from '../../connections/encoded-event.js';
import type { Party } from '../../connections/party.js';
import type { Membership } from '../../connections/channel.membership.js';
import { Audience } from './audience.js';
import { fastPathFault } from '../internals.js';
import type { FanOutMode, FanOutPath } from './fan-out-path.js';
import { FastFanOut } from './fast-fan-out.js';
import type { Outlet } from './outlet.js';
import { StockFanOut } from './stock-fan-out.js';
import type { Writer } from './writer.js';

/** Finds the outlets of connections. */
export interface Parties {
  of(party: Party): readonly Outlet[];
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
    if (to !== undefined) return this.sendTo(event, this.parties.of(to));
    if (channels.length > 1 || except !== undefined) return this.broadcastToSome(event);
    const channel = this.membership.get(channels[0]);
    if (channel === undefined) return 0;
    this.path.broadcast(channel, event, null);
    return channel.size;
  }

  private sendTo(event: EncodedEvent, outlets: readonly Outlet[]): number {
    const channel = this.membership.get(event.channels[0]);
    const members = channel === undefined ? [] : outlets.filter((outlet) => channel.has(outlet));
    if (members.length > 0) this.path.broadcast(channel!, event, Audience.only(members));
    return members.length;
  }

  /** Each member gets the event once, under the first of its channels. Stamps tell members apart, so that nothing is kept for each of them. */
  private broadcastToSome(event: EncodedEvent): number {
    const stamp = ++this.stamp;
    for (const party of event.except ?? []) for (const outlet of this.parties.of(party)) outlet.seenBy = stamp;
    let recipients = 0;
    for (const name of event.channels) {
      const channel = this.membership.get(name);
      if (channel === undefined) continue;
      const fresh: Outlet[] = [];
      const seen: Outlet[] = [];
      for (const member of channel.values()) {
        (member.seenBy === stamp ? seen : fresh).push(member);
        member.seenBy = stamp;
      }
      recipients += fresh.length;
      if (fresh.length > 0) this.path.broadcast(channel, event, audienceOf(fresh, seen));
    }
    return recipients;
  }

  /** Sends a packet to one client, after what waits for it. */
  send(member: Outlet, packet: string): void {
    this.path.send(member, packet);
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

/** The smaller of two ways to say the same; null for every member. */
function audienceOf(fresh: readonly Outlet[], seen: readonly Outlet[]): Audience | null {
  if (seen.length === 0) return null;
  return seen.length < fresh.length ? Audience.allBut(seen) : Audience.only(fresh);
}
