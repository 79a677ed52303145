// Which listeners does an event reach, and what happens when one throws?
import { endedHere } from './realtime-error.js';

/** Removes a listener; calling it again does nothing. */
export type Off = () => void;

/** Listeners of one source. If one throws, the others still run; its error is thrown again in a microtask, uncaught. */
export class Listeners<T> {
  private readonly entries = new Set<{ listener: (value: T) => void }>();
  private isClosed = false;

  /** @throws RealtimeError `CLOSED` where nothing will be heard any more. */
  add(listener: (value: T) => void): Off {
    if (this.isClosed) throw endedHere();
    const entry = { listener };
    this.entries.add(entry);
    return () => void this.entries.delete(entry);
  }

  get count(): number {
    return this.entries.size;
  }

  /**
   * @param holds whether the value is still current; once a listener has changed the state, the remaining ones are skipped.
   * @param shown what a listener gets.
   */
  emit(value: T, holds = (): boolean => true, shown = (): T => value): void {
    for (const entry of [...this.entries]) {
      if (!this.entries.has(entry) || !holds()) continue;
      try {
        entry.listener(shown());
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** For good. */
  close(): void {
    this.isClosed = true;
    this.entries.clear();
  }
}
