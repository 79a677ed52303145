// In which order does a node hear a log? NATS sends what it has stored from several threads, so two frames may come swapped.
import type { LogFrame } from 'nestjs-realtime/adapters';

/** For so long a frame waits for the one before it, which may be lost; in milliseconds. */
const PATIENCE = 100;

/** Frames of one channel. */
export class FramesInOrder {
  private newest: LogFrame | null = null;
  /** By offset. */
  private readonly held = new Map<number, LogFrame>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly pass: (frame: LogFrame) => void) {}

  push(frame: LogFrame): void {
    const { newest } = this;
    if (newest?.epoch === frame.epoch && frame.offset > newest.offset + 1) {
      this.held.set(frame.offset, frame);
      this.timer ??= setTimeout(() => this.release(), PATIENCE);
      return;
    }
    this.forward(frame);
    for (let next = frame.offset + 1; this.held.has(next); next++) {
      this.forward(this.held.get(next)!);
      this.held.delete(next);
    }
    if (this.held.size === 0) this.stop();
  }

  end(): void {
    this.stop();
    this.held.clear();
  }

  private forward(frame: LogFrame): void {
    const { newest } = this;
    if (newest?.epoch !== frame.epoch || frame.offset > newest.offset) this.newest = frame;
    this.pass(frame);
  }

  private release(): void {
    const frames = [...this.held.values()].sort((one, other) => one.offset - other.offset);
    this.end();
    for (const frame of frames) this.forward(frame);
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
