// What has been broadcast to one channel in this turn of the event loop?

/** One event on its way: its place in the turn's order, its Socket.IO packet and its WebSocket frame. */
export interface TurnFrame {
  readonly order: number;
  readonly channel: string;
  readonly event: string;
  readonly packet: string;
  readonly frame: Buffer;
}

/** The frames of one channel in one turn, joined once however many members get them. */
export class Batch {
  readonly frames: TurnFrame[];
  bytes: number;
  private joined: Buffer | null = null;

  /** `key` names the room of the frames; of several, the combination. */
  constructor(
    readonly key: string,
    first: TurnFrame,
  ) {
    this.frames = [first];
    this.bytes = first.frame.length;
  }

  /** Takes back the waiting frame of an event, whose place a newer one takes. */
  private dropEvent(event: string): void {
    const index = this.frames.findIndex((frame) => frame.event === event);
    if (index === -1) return;
    const [dropped] = this.frames.splice(index, 1);
    this.bytes -= dropped.frame.length;
    this.joined = null;
  }

  /** `conflate` lets it take the place of an earlier one of its event. */
  add(frame: TurnFrame, conflate = false): void {
    if (conflate) this.dropEvent(frame.event);
    this.frames.push(frame);
    this.bytes += frame.frame.length;
    this.joined = null;
  }

  /** Index of the first frame that came at or after `order`; the number of frames when there is none. */
  indexFrom(order: number): number {
    if (this.frames.length > 0 && this.frames[0].order >= order) return 0;
    const index = this.frames.findIndex((frame) => frame.order >= order);
    return index === -1 ? this.frames.length : index;
  }

  /** The frames from `index` on in one buffer; suffixes share the memory of the whole. */
  bufferFrom(index: number): Buffer {
    if (this.frames.length === 1) return this.frames[0].frame;
    this.joined ??= Buffer.concat(
      this.frames.map(({ frame }) => frame),
      this.bytes,
    );
    if (index === 0) return this.joined;
    let offset = 0;
    for (let i = 0; i < index; i++) offset += this.frames[i].frame.length;
    return this.joined.subarray(offset);
  }
}
