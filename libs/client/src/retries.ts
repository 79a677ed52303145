// When is a channel asked for again that was refused or lost? Those that wait go out together.
import type { Subscription } from './subscription.js';

export class Retries {
  private readonly waiting = new Set<Subscription>();
  private timer?: ReturnType<typeof setTimeout>;
  private at = 0;

  /** @param flush called when the time has come; what has waited is due. */
  constructor(private readonly flush: () => void) {}

  /** One timer for all. @param earliest milliseconds before which nothing goes out; the longest among them counts. */
  wait(delay: (earliest?: number) => number, earliest = 0): void {
    if (this.at >= Date.now() + earliest) return;
    const milliseconds = delay(earliest);
    this.at = Date.now() + milliseconds;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const due = [...this.waiting];
      this.clear();
      for (const subscription of due) subscription.due = true;
      this.flush();
    }, milliseconds);
  }

  add(subscription: Subscription): void {
    this.waiting.add(subscription);
  }

  delete(subscription: Subscription): void {
    this.waiting.delete(subscription);
  }

  clear(): void {
    this.waiting.clear();
    clearTimeout(this.timer);
    this.at = 0;
  }
}
