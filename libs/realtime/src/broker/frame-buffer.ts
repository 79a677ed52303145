// Which frames wait while a log is being read? A bounded number; what is above it will be read.
import type { LoggedEvent } from '../connections/encoded-event.js';
import type { LogFrame } from './log-frame.js';

const MOST_FRAMES = 1_000;
const MOST_BYTES = 1_048_576;
/** What an entry takes beside its payload, roughly. */
const ENTRY_BYTES = 60;

/** The memory that an event takes in a log or on the wire, roughly. */
export function bytesOf({ json }: LoggedEvent): number {
  return (json?.length ?? 0) + ENTRY_BYTES;
}

export class FrameBuffer {
  private frames: LogFrame[] = [];
  private bytes = 0;

  /** @returns whether there was room; otherwise all frames are dropped. */
  push(frame: LogFrame): boolean {
    this.bytes += bytesOf(frame.event);
    this.frames.push(frame);
    if (this.frames.length <= MOST_FRAMES && this.bytes <= MOST_BYTES) return true;
    this.take();
    return false;
  }

  take(): LogFrame[] {
    const { frames } = this;
    this.frames = [];
    this.bytes = 0;
    return frames;
  }
}
