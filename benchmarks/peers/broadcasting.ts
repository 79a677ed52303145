// When is the next broadcast sent? A number per turn of the event loop, as far ahead as the receivers' progress allows; or by the clock.
import { roomOf, type RoomPlan } from '../room-plan.js';
import { feedItem } from '../workload.js';
import type { Peer } from './peer.js';

/** What is broadcast. */
export interface Series {
  /** Sequence number of the first broadcast. */
  first: number;
  count: number;
  /** Rooms that the broadcasts are spread over; without them all go to the feed. */
  plan?: RoomPlan;
  /** Length of the text of an item, if it is not the usual one. */
  textLength?: number;
}

/** A series of broadcasts under flow control. */
export interface BroadcastOrder extends Series {
  /** Broadcasts in one turn of the event loop. */
  perTurn: number;
  /** Broadcasts that may be sent and not yet received by every member. */
  window: number;
}

/** A series of broadcasts by the clock. */
export interface TimedOrder extends Series {
  /** Milliseconds between two ticks. */
  everyMs: number;
  /** Broadcasts of one tick. Default 1. */
  perTick?: number;
}

/** How many broadcasts of the current series every member has received. */
export class Progress {
  received = 0;
  private wake: () => void = () => undefined;

  advance(received: number): void {
    this.received = received;
    this.wake();
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}

/** Milliseconds on the clock that all processes of a machine share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Sends the series and resolves when the last broadcast has been handed to the peer. */
export async function sendBroadcasts(peer: Peer, progress: Progress, order: BroadcastOrder): Promise<void> {
  const { first, count, perTurn, window } = order;
  progress.received = 0;
  for (let sent = 0; sent < count;) {
    while (sent + perTurn - progress.received > window) await progress.next();
    await new Promise((resolve) => setImmediate(resolve));
    const turn: unknown[] = [];
    for (let i = 0; i < perTurn && sent < count; i++) turn.push(send(peer, first + sent++, order));
    await Promise.all(turn);
  }
}

/** Sends the series and resolves with the time at which each broadcast was handed to the peer. */
export async function sendTimed(peer: Peer, order: TimedOrder): Promise<number[]> {
  const sentAt: number[] = [];
  const start = now();
  const { count, perTick = 1 } = order;
  for (let tick = 0; sentAt.length < count; tick++) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(1, start + tick * order.everyMs - now())));
    for (let i = 0; i < perTick && sentAt.length < count; i++) {
      sentAt.push(now());
      await send(peer, order.first + sentAt.length - 1, order);
    }
  }
  return sentAt;
}

function send(peer: Peer, seq: number, { plan, textLength }: Series): unknown {
  const item = feedItem(seq, textLength);
  return plan === undefined ? peer.broadcast(item) : peer.broadcastToRoom(roomOf(seq, plan), item);
}
