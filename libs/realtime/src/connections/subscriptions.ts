// Which channels is one connection subscribed to? Most connections have a few subscriptions, and there are many connections.
import type { ChannelMatch } from './channel-match.js';
import { FewEntries } from './few-entries.js';

/** Channels by concrete name, in the order in which they were joined. */
export class Subscriptions
  extends FewEntries<string, ChannelMatch>
  implements Iterable<readonly [string, ChannelMatch]>
{
  protected override keyOf({ name }: ChannelMatch): string {
    return name;
  }

  keys(): string[] {
    return Array.from(this.values(), ({ name }) => name);
  }

  [Symbol.iterator](): Iterator<readonly [string, ChannelMatch]> {
    return Array.from(this.values(), (joined) => [joined.name, joined] as const).values();
  }
}
