// When is the next broadcast sent? So many a turn of the event loop, never further ahead than the receivers' progress allows.
import type { Peer } from './peer.js';

/** A series of broadcasts. */
export interface BroadcastOrder {
  /** Sequence number of the first one. */
  first: number;
  count: number;
  /** Broadcasts in one turn of the event loop. */
  perTurn: number;
  /** Broadcasts that may be sent and not yet received by every member. */
  window: number;
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

/** Sends the series and resolves when the last broadcast has been handed to the peer. */
export async function sendBroadcasts(peer: Peer, progress: Progress, order: BroadcastOrder): Promise<void> {
  const { first, count, perTurn, window } = order;
  progress.received = 0;
  for (let sent = 0; sent < count;) {
    while (sent + perTurn - progress.received > window) await progress.next();
    await new Promise((resolve) => setImmediate(resolve));
    const turn: unknown[] = [];
    for (let i = 0; i < perTurn && sent < count; i++) turn.push(peer.broadcast(first + sent++));
    await Promise.all(turn);
  }
}
