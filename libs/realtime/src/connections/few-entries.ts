// How are a few entries stored cheaply? In an array of exactly their number, and in a map once there are many.

/** Up to this many entries are kept in an array. */
const FEW = 16;
const NONE: readonly never[] = [];

/** Entries in the order in which they were added. Entries may be deleted during an iteration: the array is replaced, never changed. */
export abstract class FewEntries<Key, Entry> {
  private held: readonly Entry[] | Map<Key, Entry> = NONE;

  protected abstract keyOf(entry: Entry): Key;

  get size(): number {
    return this.held instanceof Map ? this.held.size : this.held.length;
  }

  get(key: Key): Entry | undefined {
    if (this.held instanceof Map) return this.held.get(key);
    for (const entry of this.held) if (this.keyOf(entry) === key) return entry;
    return undefined;
  }

  has(key: Key): boolean {
    return this.get(key) !== undefined;
  }

  values(): Iterable<Entry> {
    return this.held instanceof Map ? this.held.values() : this.held;
  }

  /** Adds an entry whose key is not held yet. */
  add(entry: Entry): void {
    if (this.held instanceof Map) this.held.set(this.keyOf(entry), entry);
    else if (this.held.length < FEW) this.held = this.held.concat([entry]);
    else this.held = new Map([...this.held, entry].map((each) => [this.keyOf(each), each]));
  }

  /** @returns whether the key was held. */
  delete(key: Key): boolean {
    if (this.held instanceof Map) return this.held.delete(key);
    const left = this.held.filter((entry) => this.keyOf(entry) !== key);
    const found = left.length < this.held.length;
    if (found) this.held = left;
    return found;
  }
}
