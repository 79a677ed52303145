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

/** A question of the layer, such as a guard's, that the test answers when it wants to. */
export class HeldQuestion {
  private readonly put = new Latch();
  private readonly held = new Latch<boolean>();

  /** Resolves once the question has been put. */
  readonly asked = this.put.opened;
  readonly answer = this.held.open;

  readonly ask = (): Promise<boolean> => {
    this.put.open();
    return this.held.opened;
  };
}
