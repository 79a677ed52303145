// How much of one client's work runs at once? A bounded number of handlers, and a bounded queue before them (docs/hardening.md#10).

/** Messages that may wait for each handler that may run. */
const QUEUE_PER_SLOT = 4;

/** The messages of one connection: those whose handlers run, and those that wait for a slot. */
export class HandlerSlots {
  private underWay = 0;
  private running = 0;
  private waiting: (() => void)[] | null = null;

  /** Whether one more message may come in; if so it counts until `leave`. */
  enter(slots: number): boolean {
    if (this.underWay >= slots * (1 + QUEUE_PER_SLOT)) return false;
    this.underWay++;
    return true;
  }

  leave(): void {
    this.underWay--;
  }

  /** Null when a slot is free at once, else a promise of one. Each slot taken must be given back. */
  take(slots: number): Promise<void> | null {
    if (this.running < slots) {
      this.running++;
      return null;
    }
    return new Promise((resolve) => (this.waiting ??= []).push(resolve));
  }

  giveBack(): void {
    const next = this.waiting?.shift();
    if (next === undefined) this.running--;
    else next();
  }
}
