// How do thousands of requests share one timeout? In one queue, oldest first, with one timer for its head.
import { AsyncResource } from 'node:async_hooks';
import { LONGEST_DELAY } from '../connections/deadline.js';

/** An entry of a deadline queue. It may be in one queue at a time. */
export abstract class Expiring {
  /** In milliseconds of `performance.now()`. */
  dueAt = 0;

  /** Called when its time is over, after it has left the queue. */
  abstract expire(): void;
}

/** Expires each entry `timeout` milliseconds after it was added, unless it is deleted before. Deleted entries are not retained. */
export class Deadlines {
  /** In the order in which entries were added, which is also the order in which they are due. */
  private readonly waiting = new Set<Expiring>();
  /** Fires for the oldest entry and re-arms itself; `delete` does not re-arm it. It keeps the process alive only while entries exist. */
  private timer: NodeJS.Timeout | NodeJS.Immediate | null = null;
  /** The async context of the timer. Without it the timer would run in, and retain, the context of the request that happened to set it. */
  private readonly outside = new AsyncResource('Deadlines');

  constructor(private readonly timeout: number) {}

  /** Number of entries. */
  get size(): number {
    return this.waiting.size;
  }

  add(one: Expiring): void {
    one.dueAt = performance.now() + this.timeout;
    this.waiting.add(one);
    if (this.timer === null) this.arm(this.timeout);
    else if (this.waiting.size === 1) this.timer.ref();
  }

  /** Has no effect on an entry that has already left. */
  delete(one: Expiring): void {
    if (this.waiting.delete(one) && this.waiting.size === 0) this.timer?.unref();
  }

  private arm(delay: number): void {
    const milliseconds = Math.min(Math.max(1, Math.ceil(delay)), LONGEST_DELAY);
    this.timer = this.outside.runInAsyncScope(() => setTimeout(() => this.expireDue(), milliseconds));
  }

  /** One entry for each turn of the event loop: expiring it may free the lane of the next, which then gets its turn first. */
  private expireDue(): void {
    this.timer = null;
    const [oldest] = this.waiting;
    if (oldest === undefined) return;
    const remaining = oldest.dueAt - performance.now();
    if (remaining > 0) return this.arm(remaining);
    this.delete(oldest);
    if (this.waiting.size > 0) this.timer = this.outside.runInAsyncScope(() => setImmediate(() => this.expireDue()));
    oldest.expire();
  }
}
