// How are thousands of requests with the same time held to it? In one list, oldest first, with one timer for its head.
import { AsyncResource } from 'node:async_hooks';
import { LONGEST_DELAY } from '../connections/deadline.js';

/** What waits in one list of deadlines at a time. */
export abstract class Expiring {
  /** In milliseconds of `performance.now()`. */
  dueAt = 0;
  earlier: Expiring | null = null;
  later: Expiring | null = null;

  /** Its time is over. It has left the list. */
  abstract expire(): void;
}

/** What is under way and has `timeout` milliseconds for it. What has left in time is not kept. */
export class Deadlines {
  private waiting = 0;
  private oldest: Expiring | null = null;
  private newest: Expiring | null = null;
  /** Is not moved when the oldest leaves: it finds out, when it fires, for whom to go on. It holds the process while there is somebody. */
  private timer: NodeJS.Timeout | NodeJS.Immediate | null = null;
  /** Without it the timer would run in, and hold, the asynchronous context of whichever request happened to set it. */
  private readonly nobody = new AsyncResource('Deadlines');

  constructor(private readonly timeout: number) {}

  /** How many are under way. */
  get size(): number {
    return this.waiting;
  }

  add(one: Expiring): void {
    this.waiting++;
    one.dueAt = performance.now() + this.timeout;
    one.earlier = this.newest;
    if (this.newest === null) this.oldest = one;
    else this.newest.later = one;
    this.newest = one;
    if (this.timer === null) this.arm(this.timeout);
    else if (one.earlier === null) this.timer.ref();
  }

  /** Changes nothing for what has left already. */
  delete(one: Expiring): void {
    if (one.earlier === null && one !== this.oldest) return;
    this.waiting--;
    if (one.earlier === null) this.oldest = one.later;
    else one.earlier.later = one.later;
    if (one.later === null) this.newest = one.earlier;
    else one.later.earlier = one.earlier;
    one.earlier = one.later = null;
    if (this.oldest === null) this.timer?.unref();
  }

  private arm(delay: number): void {
    const milliseconds = Math.min(Math.max(1, Math.ceil(delay)), LONGEST_DELAY);
    this.timer = this.nobody.runInAsyncScope(() => setTimeout(() => this.expireDue(), milliseconds));
  }

  /** One at a time: who is due at the same moment may have waited for this one, and gets the turn he has waited for. */
  private expireDue(): void {
    const { oldest } = this;
    this.timer = null;
    if (oldest === null) return;
    const remaining = oldest.dueAt - performance.now();
    if (remaining > 0) return this.arm(remaining);
    this.delete(oldest);
    if (this.oldest !== null) this.timer = this.nobody.runInAsyncScope(() => setImmediate(() => this.expireDue()));
    oldest.expire();
  }
}
