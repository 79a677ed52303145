// Which rows belong together? Those that came of the same object: a bus event, what the bridge made of it, and its broadcasts.

export class Stories {
  private readonly numbers = new WeakMap<object, number>();
  private last = 0;

  /** The number of whatever came of this object; null where nothing has led to it. */
  of(cause: object | null): number | null {
    if (cause === null) return null;
    let number = this.numbers.get(cause);
    if (number === undefined) this.numbers.set(cause, (number = ++this.last));
    return number;
  }
}
