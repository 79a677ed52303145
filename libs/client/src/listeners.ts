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

  /** @param holds whether the value is still news: a listener may have changed what the next ones would hear. */
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
