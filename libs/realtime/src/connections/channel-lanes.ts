// In which order are one connection's requests handled? On one channel one after the other, across channels side by side.

/** A place in a channel's lane. `ready` is null when it is our turn at once. Every turn must be released, once. */
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
    const ready = lane.enter();
    const held = lane;
    return {
      ready,
      release: () => {
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

class Lane {
  private busy = false;
  private readonly waiting: (() => void)[] = [];

  enter(): Promise<void> | null {
    if (this.busy) return new Promise((resolve) => this.waiting.push(resolve));
    this.busy = true;
    return null;
  }

  /** Lets the next one in; false when nobody waits. */
  next(): boolean {
    const resume = this.waiting.shift();
    if (resume === undefined) return false;
    resume();
    return true;
  }
}
