// Which channels is one connection admitted to? Most connections hold a handful, and there are many connections.
import type { ChannelMatch } from './channel-match.js';
import { FewEntries } from './few-entries.js';

/** One concrete channel, which all who are admitted to it may share. */
export interface JoinedChannel extends ChannelMatch {
  /** Concrete name, such as `orders.42`. */
  readonly name: string;
}

/** Channels by concrete name, in the order in which they were joined. */
export class Subscriptions
  extends FewEntries<string, JoinedChannel>
  implements Iterable<readonly [string, JoinedChannel]>
{
  protected override keyOf({ name }: JoinedChannel): string {
    return name;
  }

  keys(): string[] {
    return Array.from(this.values(), ({ name }) => name);
  }

  [Symbol.iterator](): Iterator<readonly [string, JoinedChannel]> {
    return Array.from(this.values(), (joined) => [joined.name, joined] as const).values();
  }
}
