// Which listeners does an event reach, and what happens when one throws?

/** Removes a listener; calling it again does nothing. */
export type Off = () => void;

/** Listeners of one source. If one throws, the others still run; its error is thrown again in a microtask, uncaught. */
export class Listeners<T> {
  private readonly entries = new Set<{ listener: (value: T) => void }>();

  add(listener: (value: T) => void): Off {
    const entry = { listener };
    this.entries.add(entry);
    return () => void this.entries.delete(entry);
  }

  /** @param holds whether the value is still current; once a listener has changed the state, the remaining ones are skipped. */
  emit(value: T, holds = (): boolean => true): void {
    for (const entry of [...this.entries]) {
      if (!this.entries.has(entry) || !holds()) continue;
      try {
        entry.listener(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  clear(): void {
    this.entries.clear();
  }
}
