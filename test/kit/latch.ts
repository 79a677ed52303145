// How does a test hold something open, or notice that it was reached, without sleeping?

/** A promise that is resolved from outside. */
export class Latch<Value = void> {
  readonly opened: Promise<Value>;
  readonly open: (value: Value) => void;

  constructor() {
    let open!: (value: Value) => void;
    this.opened = new Promise((resolve) => (open = resolve));
    this.open = open;
  }
}
