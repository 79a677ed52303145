// Who wants to know?

/** Takes a listener off; calling it again does nothing. */
export type Off = () => void;

/** Listeners of one thing. One that throws does not keep the others from hearing: its error goes to the runtime, uncaught. */
export class Listeners<T> {
  private readonly entries = new Set<{ listener: (value: T) => void }>();

  add(listener: (value: T) => void): Off {
    const entry = { listener };
    this.entries.add(entry);
    return () => void this.entries.delete(entry);
  }

  emit(value: T): void {
    for (const entry of [...this.entries]) {
      if (!this.entries.has(entry)) continue;
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
