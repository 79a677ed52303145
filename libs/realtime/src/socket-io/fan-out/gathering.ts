// Which events wait to be sent, and for how long? Those of one channel gather in a batch: until the turn ends, or until a window does.
import type { MemberChannel } from '../../connections/channel.membership.js';
import type { ChannelMatch } from '../../connections/channel-match.js';
import { Batch, type TurnFrame } from './batch.js';
import type { Outlet } from './outlet.js';

type Channel = MemberChannel<Outlet>;

/** Bytes of one channel after which nothing waits any longer. */
const FLUSH_AT_BYTES = 65_536;

/** Takes the batch of a window that has ended. */
export type WindowEnd = (channel: Channel, batch: Batch) => void;

export class Gathering {
  /** In the order of the first broadcast to each channel. */
  private turn = new Map<Channel, Batch>();
  private readonly windows = new Map<Channel, Batch>();

  constructor(private readonly windowEnds: WindowEnd) {}

  get isEmpty(): boolean {
    return this.turn.size === 0 && this.windows.size === 0;
  }

  /** Adds to what leaves when the turn ends. @returns whether the turn must end now. */
  addToTurn(channel: Channel, frame: TurnFrame, conflate = false): boolean {
    let batch = this.turn.get(channel);
    if (batch === undefined) this.turn.set(channel, (batch = new Batch(channel.name, frame)));
    else batch.add(frame, conflate);
    return batch.bytes >= FLUSH_AT_BYTES;
  }

  /** Adds to the window of the channel; the first event opens it. */
  addToWindow(channel: Channel, frame: TurnFrame, milliseconds: number, conflate = false): void {
    let batch = this.windows.get(channel);
    if (batch === undefined) {
      const opened = (batch = new Batch(channel.name, frame));
      this.windows.set(channel, opened);
      setTimeout(() => this.endWindow(channel, opened), milliseconds).unref();
    } else {
      batch.add(frame, conflate);
    }
    if (batch.bytes >= FLUSH_AT_BYTES) this.endWindow(channel, batch);
  }

  /** What leaves now; the next turn begins. */
  takeTurn(): ReadonlyMap<Channel, Batch> {
    const { turn } = this;
    if (turn.size > 0) this.turn = new Map();
    return turn;
  }

  endWindows(): void {
    for (const [channel, batch] of [...this.windows]) this.endWindow(channel, batch);
  }

  /** The batches of these channels: what a connection has joined are the channels themselves. */
  of(joined: Iterable<ChannelMatch>): Batch[] {
    const { turn, windows } = this;
    const found: Batch[] = [];
    for (const channel of joined as Iterable<Channel>) {
      const batch = turn.get(channel);
      if (batch !== undefined) found.push(batch);
      const window = windows.size > 0 ? windows.get(channel) : undefined;
      if (window !== undefined) found.push(window);
    }
    return found;
  }

  /** Drops what waits for a channel without members. */
  forget(channel: Channel): void {
    this.turn.delete(channel);
    this.windows.delete(channel);
  }

  private endWindow(channel: Channel, batch: Batch): void {
    if (this.windows.get(channel) !== batch) return;
    this.windows.delete(channel);
    this.windowEnds(channel, batch);
  }
}
