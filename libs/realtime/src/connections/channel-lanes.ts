// In which order are one connection's requests handled? Those on one channel in sequence, those on different channels in parallel.

/** A place in a channel's lane. `ready` is null if the turn has come already. Release every turn once; releasing it before it is ready gives it up. */
export interface Turn {
  readonly ready: Promise<void> | null;
  release(): void;
}

/** Serial lanes, one per channel with a request in progress. */
export class ChannelLanes {
  /** The places of each lane in order; the first holds it. */
  private readonly lanes = new Map<string, Place[]>();

  /** Whether no request holds a lane. */
  get areFree(): boolean {
    return this.lanes.size === 0;
  }

  /** Whether a request holds the channel's lane. */
  isBusy(channel: string): boolean {
    return this.lanes.has(channel);
  }

  /** Takes the next place in the channel's lane. */
  take(channel: string): Turn {
    const place = new Place(this, channel);
    const lane = this.lanes.get(channel);
    if (lane === undefined) {
      this.lanes.set(channel, [place]);
    } else {
      place.ready = new Promise((resolve) => (place.resume = resolve));
      lane.push(place);
    }
    return place;
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

  /**
   * Runs synchronous work for each of several different channels, in its turn, and `done` after the last. The lanes stay taken until `done`
   * has returned, so that what follows on any of them comes after it.
   */
  runAll(channels: readonly string[], work: (channel: string) => void, done: () => void): void {
    const turns = channels.map((channel) => this.take(channel));
    let open = turns.length;
    const end = (): void => {
      try {
        done();
      } finally {
        for (const turn of turns) turn.release();
      }
    };
    turns.forEach((turn, i) => {
      const go = (): void => {
        try {
          work(channels[i]);
        } finally {
          if (--open === 0) end();
        }
      };
      if (turn.ready) void turn.ready.then(go);
      else go();
    });
    if (turns.length === 0) done();
  }

  /** Called by places only. */
  leave(place: Place): void {
    const lane = this.lanes.get(place.channel);
    const index = lane?.indexOf(place) ?? -1;
    if (lane === undefined || index === -1) return;
    lane.splice(index, 1);
    if (lane.length === 0) this.lanes.delete(place.channel);
    else if (index === 0) lane[0].resume?.();
  }
}

/** One request's place. */
class Place implements Turn {
  ready: Promise<void> | null = null;
  resume: (() => void) | null = null;

  constructor(
    private readonly lanes: ChannelLanes,
    readonly channel: string,
  ) {}

  release(): void {
    this.lanes.leave(this);
  }
}
