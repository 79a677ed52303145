// Has a list changed? Its entries know; whoever looks at it once a second is told only of what is new.

export class Section<Value> {
  private told = '';

  constructor(private readonly read: (at: number) => Value) {}

  now(at: number): Value {
    return this.read(at);
  }

  /** Undefined where it is as it was when this was last called. */
  changed(at: number): Value | undefined {
    const value = this.read(at);
    const json = JSON.stringify(value);
    if (json === this.told) return undefined;
    this.told = json;
    return value;
  }

  /** Somebody new looks: what was told before is not known to him. */
  forget(): void {
    this.told = '';
  }
}
