// When is something that several users share no longer needed? A while after the last of them, because one may come back.

/** After the last user, in milliseconds. */
const LINGER = 5_000;

interface Held<Value> {
  readonly value: Value;
  users: number;
  timer: NodeJS.Timeout | null;
}

/** Values by key, each shared by all its users. */
export class Lingering<Value> {
  private readonly held = new Map<string, Held<Value>>();

  constructor(private readonly end: (value: Value, key: string) => void) {}

  get size(): number {
    return this.held.size;
  }

  get(key: string): Value | undefined {
    return this.held.get(key)?.value;
  }

  values(): Value[] {
    return Array.from(this.held.values(), ({ value }) => value);
  }

  /** One more user of the value, which `begin` makes for the first of them. */
  hold(key: string, begin: (key: string) => Value): Value {
    let held = this.held.get(key);
    if (held === undefined) this.held.set(key, (held = { value: begin(key), users: 0, timer: null }));
    if (held.timer !== null) clearTimeout(held.timer);
    held.timer = null;
    held.users++;
    return held.value;
  }

  /** One user less. */
  release(key: string): void {
    const held = this.held.get(key);
    if (held === undefined || --held.users > 0) return;
    held.timer = setTimeout(() => {
      this.held.delete(key);
      this.end(held.value, key);
    }, LINGER).unref();
  }

  /** Ends all of them at once. */
  clear(): void {
    for (const [key, { value, timer }] of this.held) {
      if (timer !== null) clearTimeout(timer);
      this.end(value, key);
    }
    this.held.clear();
  }
}
