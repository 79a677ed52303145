// In which order are one connection's requests handled? On one channel one after the other, across channels side by side.

/** A place in a channel's lane. `ready` is null when it is our turn at once. Every turn must be released, once; before it is ready, that gives it up. */
export interface Turn {
  readonly ready: Promise<void> | null;
  release(): void;
}

/** Serial lanes, one per channel with a request under way; an idle connection holds none. */
export class ChannelLanes {
  private lanes: Map<string, Lane> | null = null;

  /** Whether somebody holds the channel's lane. */
  isBusy(channel: string): boolean {
    return this.lanes?.has(channel) ?? false;
  }

  /** Takes the next place in the channel's lane. */
  take(channel: string): Turn {
    this.lanes ??= new Map();
    let lane = this.lanes.get(channel);
    if (lane === undefined) {
      lane = new Lane();
      this.lanes.set(channel, lane);
    }
    const held = lane;
    const waiter = held.enter();
    return {
      ready: waiter === null ? null : waiter.ready,
      release: () => {
        if (waiter !== null && held.abandon(waiter)) return;
        if (held.next()) return;
        this.lanes?.delete(channel);
        if (this.lanes?.size === 0) this.lanes = null;
      },
    };
  }

  /** Runs synchronous work in its turn: at once when the lane is free. */
  run(channel: string, work: () => void): void {
    const turn = this.take(channel);
    const go = (): void => {
      try {
        work();
      } finally {
        turn.release();
      }
    };
    if (turn.ready) void turn.ready.then(go);
    else go();
  }
}

interface Waiter {
  readonly ready: Promise<void>;
  readonly resume: () => void;
}

class Lane {
  private busy = false;
  private readonly waiting: Waiter[] = [];

  /** Null when the lane was free and is now ours. */
  enter(): Waiter | null {
    if (!this.busy) {
      this.busy = true;
      return null;
    }
    let resume!: () => void;
    const ready = new Promise<void>((resolve) => (resume = resolve));
    const waiter = { ready, resume };
    this.waiting.push(waiter);
    return waiter;
  }

  /** Gives up a place before its turn has come; false when it has come. */
  abandon(waiter: Waiter): boolean {
    const index = this.waiting.indexOf(waiter);
    if (index !== -1) this.waiting.splice(index, 1);
    return index !== -1;
  }

  /** Lets the next one in; false when nobody waits. */
  next(): boolean {
    const waiter = this.waiting.shift();
    if (waiter === undefined) return false;
    waiter.resume();
    return true;
  }
}
