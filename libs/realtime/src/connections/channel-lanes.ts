// In which order are one connection's requests handled? On one channel one after the other, across channels side by side.

/** A place in a channel's lane. `ready` is null when it is our turn at once. Every turn must be released, once; before it is ready, that gives it up. */
export interface Turn {
  readonly ready: Promise<void> | null;
  release(): void;
}

/** Serial lanes, one per channel with a request under way; an idle connection holds none. */
export class ChannelLanes {
  /** The holder of one lane; most connections never need another. */
  private only: Place | null = null;
  /** The holders of all other lanes, by channel. */
  private lanes: Map<string, Place> | null = null;

  /** Whether somebody holds the channel's lane. */
  isBusy(channel: string): boolean {
    return this.holderOf(channel) !== undefined;
  }

  /** Takes the next place in the channel's lane. */
  take(channel: string): Turn {
    const holder = this.holderOf(channel);
    if (holder !== undefined) return holder.queue();
    const place = new Place(this, channel);
    if (this.only === null) this.only = place;
    else (this.lanes ??= new Map<string, Place>()).set(channel, place);
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

  /** For places to call. */
  leave(place: Place): void {
    const holder = this.holderOf(place.channel);
    if (holder !== place) return holder?.forget(place);
    const next = place.successor();
    if (place === this.only) this.only = next;
    else if (next !== null) this.lanes!.set(next.channel, next);
    else if (this.lanes!.delete(place.channel) && this.lanes!.size === 0) this.lanes = null;
    next?.resume!();
  }

  private holderOf(channel: string): Place | undefined {
    return this.only?.channel === channel ? this.only : this.lanes?.get(channel);
  }
}

/** One request's place. That of the holder is the lane itself: it knows who waits. */
class Place implements Turn {
  ready: Promise<void> | null = null;
  resume: (() => void) | null = null;
  private waiting: Place[] | null = null;

  constructor(
    private readonly lanes: ChannelLanes,
    readonly channel: string,
  ) {}

  release(): void {
    this.lanes.leave(this);
  }

  /** Makes a place behind this one and all who wait already. */
  queue(): Place {
    const place = new Place(this.lanes, this.channel);
    place.ready = new Promise((resolve) => (place.resume = resolve));
    (this.waiting ??= []).push(place);
    return place;
  }

  /** Lets one who waits go. */
  forget(place: Place): void {
    const index = this.waiting?.indexOf(place) ?? -1;
    if (index !== -1) this.waiting!.splice(index, 1);
  }

  /** Who has waited longest, with all others behind it; null when nobody waits. */
  successor(): Place | null {
    const next = this.waiting?.shift() ?? null;
    if (next !== null) next.waiting = this.waiting;
    return next;
  }
}
