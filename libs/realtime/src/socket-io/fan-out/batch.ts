// What has been broadcast to one channel in this turn of the event loop?
import { Audience } from './audience.js';

/** One event on its way: its place in the turn's order, its Socket.IO packet and its WebSocket frame. */
export interface TurnFrame {
  readonly order: number;
  readonly channel: string;
  readonly event: string;
  readonly packet: string;
  readonly frame: Buffer;
  /** Null if it is for every member. */
  readonly audience: Audience | null;
  /** Whether it is left out for a client that reads slowly, before anything else is. */
  readonly isDroppable: boolean;
}

/** Frames with one buffer, which all members that get just these share. */
export interface Part {
  readonly frames: readonly TurnFrame[];
  readonly buffer: Buffer;
}

/** With more frames that are not for every member, each member's part is put together for it alone. */
const MOST_PATTERNS = 30;

/** The frames of one channel in one turn, joined once however many members get them. */
export class Batch {
  readonly frames: TurnFrame[] = [];
  bytes = 0;
  private joined: Buffer | null = null;
  /** Frames that are not for every member. */
  private selective: TurnFrame[] = [];
  /** What members get, by the selective frames that are for them: one bit each. */
  private readonly parts = new Map<number, Part>();
  private latest: { readonly pattern: number; readonly part: Part } | null = null;
  private droppable = 0;

  /** `key` names the room of the frames; of several, the combination. */
  constructor(
    readonly key: string,
    first: TurnFrame,
  ) {
    this.add(first);
  }

  /** Whether every frame is for every member. */
  get isUniform(): boolean {
    return this.selective.length === 0;
  }

  /** Whether some frame is for this member. */
  isFor(member: object): boolean {
    if (this.selective.length < this.frames.length) return true;
    return this.selective.some(({ audience }) => audience!.includes(member));
  }

  get hasDroppable(): boolean {
    return this.droppable > 0;
  }

  /** `conflate` lets it take the place of an earlier one of its event, for the members that it is for. */
  add(frame: TurnFrame, conflate = false): void {
    if (conflate) this.replace(frame);
    this.put(this.frames.length, frame);
  }

  private put(index: number, frame: TurnFrame): void {
    this.frames.splice(index, 0, frame);
    this.bytes += frame.frame.length;
    if (frame.isDroppable) this.droppable++;
    if (frame.audience !== null) this.selective.push(frame);
    this.forgetBuffers();
  }

  private remove(index: number): void {
    const [dropped] = this.frames.splice(index, 1) as [TurnFrame];
    this.bytes -= dropped.frame.length;
    if (dropped.isDroppable) this.droppable--;
    if (dropped.audience !== null) this.selective = this.selective.filter((frame) => frame !== dropped);
    this.forgetBuffers();
  }

  private forgetBuffers(): void {
    this.joined = null;
    this.latest = null;
    if (this.parts.size > 0) this.parts.clear();
  }

  /** Members that do not get the newer frame still get the waiting ones of its event. */
  private replace({ event, audience }: TurnFrame): void {
    for (let index = this.frames.length - 1; index >= 0; index--) {
      const waiting = this.frames[index];
      if (waiting.event !== event) continue;
      const left = audience && Audience.minus(waiting.audience, audience);
      this.remove(index);
      if (left !== null && !left.isEmpty) this.put(index, { ...waiting, audience: left });
    }
  }

  /** Index of the first frame that came at or after `order`; the number of frames when there is none. */
  indexFrom(order: number): number {
    if (this.frames.length > 0 && this.frames[0].order >= order) return 0;
    const index = this.frames.findIndex((frame) => frame.order >= order);
    return index === -1 ? this.frames.length : index;
  }

  /** The frames from `index` on in one buffer, for every member; suffixes share the memory of the whole. */
  bufferFrom(index: number): Buffer {
    if (this.frames.length === 1) return this.frames[0].frame;
    this.joined ??= joined(this.frames);
    if (index === 0) return this.joined;
    let offset = 0;
    for (let i = 0; i < index; i++) offset += this.frames[i].frame.length;
    return this.joined.subarray(offset);
  }

  /** What one member gets, from `index` on. Members that get the same frames from the first on share it. */
  partFor(member: object, index: number): Part {
    const { selective } = this;
    if (index > 0 || selective.length > MOST_PATTERNS) return partOf(this.framesFor(member, index));
    let pattern = 0;
    for (let i = 0; i < selective.length; i++) if (selective[i].audience!.includes(member)) pattern |= 1 << i;
    // Most members get the same frames as the one before.
    if (this.latest !== null && this.latest.pattern === pattern) return this.latest.part;
    let part = this.parts.get(pattern);
    if (part === undefined) this.parts.set(pattern, (part = partOf(this.framesFor(member, 0))));
    this.latest = { pattern, part };
    return part;
  }

  /** The frames that a member gets, from `index` on. */
  framesFor(member: object, index: number): TurnFrame[] {
    const frames = this.frames.slice(index);
    return this.isUniform ? frames : frames.filter(({ audience }) => audience === null || audience.includes(member));
  }
}

/** Puts frames into one buffer. */
export function partOf(frames: readonly TurnFrame[]): Part {
  return { frames, buffer: frames.length === 1 ? frames[0].frame : joined(frames) };
}

function joined(frames: readonly TurnFrame[]): Buffer {
  return Buffer.concat(frames.map(({ frame }) => frame));
}
