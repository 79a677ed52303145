// Which events has a test client received, and which of them has the test not taken yet?

/** One received event. */
export interface ReceivedEvent {
  readonly event: string;
  readonly payload: unknown;
}

/** Keeps all events of one channel. Each is given out once, in order. */
export class Inbox {
  /** All received events, in order. */
  readonly received: ReceivedEvent[] = [];
  private readonly unread: ReceivedEvent[] = [];
  private readonly watchers = new Set<() => void>();

  put(event: string, payload: unknown): void {
    const received = { event, payload };
    this.received.push(received);
    this.unread.push(received);
    this.changed();
  }

  /** The oldest event of that name that has not been taken. */
  take(event: string): { readonly found: unknown } | undefined {
    const index = this.unread.findIndex((received) => received.event === event);
    return index < 0 ? undefined : { found: this.unread.splice(index, 1)[0].payload };
  }

  /** Watchers are called in the order in which they were added. @returns a function that removes the watcher. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Call it too when a wait can no longer succeed. */
  changed(): void {
    for (const watcher of [...this.watchers]) watcher();
  }
}
