// Which channels is one connection admitted to? A map for few entries: most connections hold a handful, and there are many connections.
import type { ChannelMatch } from './channel-match.js';

/** Entries up to this many are looked for one by one. */
const FEW = 16;

/** Channels by concrete name, in the order in which they were joined. */
export class Subscriptions implements Iterable<readonly [string, ChannelMatch]> {
  private held: ChannelMatch[] | Map<string, ChannelMatch> = [];

  get size(): number {
    return this.held instanceof Map ? this.held.size : this.held.length;
  }

  get(name: string): ChannelMatch | undefined {
    if (this.held instanceof Map) return this.held.get(name);
    for (const joined of this.held) if (joined.name === name) return joined;
    return undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  values(): Iterable<ChannelMatch> {
    return this.held.values();
  }

  keys(): string[] {
    return [...this.held.values()].map(({ name }) => name);
  }

  [Symbol.iterator](): Iterator<readonly [string, ChannelMatch]> {
    return [...this.held.values()].map((joined) => [joined.name, joined] as const).values();
  }

  /** Adds a channel that is not held yet. */
  add(joined: ChannelMatch): void {
    if (this.held instanceof Map) {
      this.held.set(joined.name, joined);
      return;
    }
    if (this.held.length < FEW) {
      this.held.push(joined);
      return;
    }
    this.held = new Map([...this.held, joined].map((each) => [each.name, each]));
  }

  delete(name: string): void {
    if (this.held instanceof Map) {
      this.held.delete(name);
      return;
    }
    const index = this.held.findIndex((joined) => joined.name === name);
    if (index !== -1) this.held.splice(index, 1);
  }
}
