// What does a connection need for its requests? Made with the first of them: many connections only listen.
import { ChannelLanes } from './channel-lanes.js';
import { HandlerSlots } from './handler-slots.js';
import { PendingChannels } from './pending-channels.js';
import { TokenBucket } from './token-bucket.js';

/** What runs for a connection on one channel, and must stop when the subscription or the connection ends. */
export interface Running {
  readonly channel: string;
  abort(reason: Error): void;
}

/** The requests of one connection, queued, counted and running. */
export class ConnectionWork {
  readonly lanes = new ChannelLanes();
  readonly slots = new HandlerSlots();
  readonly pendingChannels = new PendingChannels();
  /** Its first `take` fills it to whatever capacity that names. */
  readonly rate = new TokenBucket(Infinity, performance.now());
  /** As many as handlers may run at once: few, so an array, which takes less memory than a set. */
  private readonly running: Running[] = [];
  private idle: (() => void) | null = null;

  begin(running: Running): void {
    this.running.push(running);
  }

  finish(running: Running): void {
    const index = this.running.indexOf(running);
    if (index !== -1) this.running.splice(index, 1);
    if (this.running.length === 0) this.idle?.();
  }

  /** Resolves when nothing runs any more. */
  whenIdle(): Promise<void> {
    return this.running.length === 0 ? Promise.resolve() : new Promise((resolve) => (this.idle = resolve));
  }

  /** Stops what runs, on one channel or on all. The reason is made only where something does. */
  abort(reason: () => Error, channel: string | null): void {
    if (this.running.length === 0) return;
    const error = reason();
    for (const running of [...this.running]) if (channel === null || running.channel === channel) running.abort(error);
  }
}
