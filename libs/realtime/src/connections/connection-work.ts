// What does a connection need for its requests? Created with the first request, because many connections only listen.
import { ChannelLanes } from './channel-lanes.js';
import { HandlerSlots } from './handler-slots.js';
import { PendingChannels } from './pending-channels.js';
import { TokenBucket } from './token-bucket.js';

/** Work for a connection on one channel. It must stop when the subscription or the connection ends. */
export interface Running {
  readonly channelName: string;
  abort(reason: Error): void;
}

/** Queues, counts and tracks the requests of one connection. */
export class ConnectionWork {
  readonly lanes = new ChannelLanes();
  readonly slots = new HandlerSlots();
  readonly pendingChannels = new PendingChannels();
  /** Infinity, because the first `take` limits it to the capacity of that call. */
  readonly rate = new TokenBucket(Infinity, performance.now());
  /** Buckets of channels and messages that have a rate of their own; null until there is one. */
  private rates: Map<object, TokenBucket> | null = null;
  /** As many as handlers may run at once: few, so an array, which takes less memory than a set. */
  private readonly running: Running[] = [];
  private idle: (() => void) | null = null;

  /** Takes one token from the bucket of `owner`: 0 if there was one, else the milliseconds until there is one. */
  takeFrom(owner: object, perSecond: number, burst: number): number {
    const now = performance.now();
    this.rates ??= new Map();
    let rate = this.rates.get(owner);
    if (rate === undefined) this.rates.set(owner, (rate = new TokenBucket(burst, now)));
    return rate.take(perSecond, burst, now);
  }

  begin(running: Running): void {
    this.running.push(running);
  }

  finish(running: Running): void {
    const index = this.running.indexOf(running);
    if (index !== -1) this.running.splice(index, 1);
    if (this.running.length === 0) this.idle?.();
  }

  /** Resolves when no work is running. */
  whenIdle(): Promise<void> {
    return this.running.length === 0 ? Promise.resolve() : new Promise((resolve) => (this.idle = resolve));
  }

  /** Aborts the running work of one channel, or of all if `channel` is null. Creates the reason only if work is running. */
  abort(reason: () => Error, channel: string | null): void {
    if (this.running.length === 0) return;
    const error = reason();
    for (const running of [...this.running])
      if (channel === null || running.channelName === channel) running.abort(error);
  }
}
