// Which rows belong to one story? Those with the same cause: a message or a bus event, its bridge entries, and its broadcasts.

export class Stories {
  private readonly numbers = new WeakMap<object, number>();
  private last = 0;

  /** The story's number for this cause; null without a cause. */
  of(cause: object | null): number | null {
    if (cause === null) return null;
    let number = this.numbers.get(cause);
    if (number === undefined) this.numbers.set(cause, (number = ++this.last));
    return number;
  }

  /** Makes one story of what happens because of `cause`: its rows, and those of `result`. */
  join(result: object, cause: object | null): void {
    if (cause === null || cause === result) return;
    const number = this.numbers.get(result) ?? this.of(cause)!;
    this.numbers.set(result, number);
    this.numbers.set(cause, number);
  }
}
