// Has a list changed since it was last sent? Its JSON is compared with the JSON of the previous one.

export class Section<Value> {
  private sent = '';

  constructor(private readonly read: (at: number) => Value) {}

  now(at: number): Value {
    return this.read(at);
  }

  /** The value; undefined if it has not changed since the last call. */
  changed(at: number): Value | undefined {
    const value = this.read(at);
    const json = JSON.stringify(value);
    if (json === this.sent) return undefined;
    this.sent = json;
    return value;
  }

  /** The next `changed` returns the value in any case: a new viewer has not seen it. */
  forget(): void {
    this.sent = '';
  }
}
