// How many handlers run at once for one client? A bounded number, with a bounded queue before them (docs/hardening.md#10).

/** Waiting messages per running handler. */
const QUEUE_PER_SLOT = 4;

/** The messages of one connection: those that run and those that wait for a slot. */
export class HandlerSlots {
  private underWay = 0;
  private running = 0;
  private waiting: (() => void)[] | null = null;

  /** Whether one more message may enter; if so, it counts until `leave`. */
  enter(slots: number): boolean {
    if (this.underWay >= slots * (1 + QUEUE_PER_SLOT)) return false;
    this.underWay++;
    return true;
  }

  leave(): void {
    this.underWay--;
  }

  /** Takes a slot: null if one is free, else a promise of one. Give each slot back. */
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
