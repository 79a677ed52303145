// How many logs does a node read at once? A bounded number, so that logs which are lost all together come back one after another.
import type { LogSource } from './channel-log.js';
import type { LogPage } from './log-frame.js';
import type { IRealtimeBroker } from './realtime.broker.js';

/** Reads of entries that run at once on a node. */
const MOST = 32;

/**
 * The broker, as the logs of a node see it. What a read leads to happens before the next one begins, in a later turn of the event loop: members
 * that have to begin again are evicted in small groups.
 */
export class LimitedReads implements LogSource {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly broker: IRealtimeBroker) {}

  watch(channel: string): Promise<void> {
    return this.broker.watch(channel);
  }

  unwatch(channel: string): void {
    this.broker.unwatch(channel);
  }

  fork(channel: string, epoch: string): Promise<void> {
    return this.broker.fork(channel, epoch);
  }

  /** A position alone is small, and clients wait for it. */
  async read(channel: string, from: number | null, limit?: number): Promise<LogPage> {
    if (from === null) return this.broker.read(channel, from, limit);
    if (this.running < MOST) this.running++;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await this.broker.read(channel, from, limit);
    } finally {
      setImmediate(() => this.leave());
    }
  }

  /** The next one takes the place. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next !== undefined) next();
    else this.running--;
  }
}
