// Who is in a channel? Asked when an admin opens its list; the first members of all nodes, and how many more there are.
import type { IRealtimeHandlerRegistry, IRealtimePresence, RealtimeContext } from 'nestjs-realtime';
import type { PayloadView } from '../payloads/payload-view.js';
import { cutKey } from '../rows/cut.js';
import { type Bound, listingOf } from '../rows/listing.js';
import type { DashboardChannel, ListMembers } from '../wire/dashboard.channel.js';
import type { Listing, MemberRow } from '../wire/feed.frames.js';
import { channelNamed } from './channel-named.js';

const MOST: Bound = { rows: 100, characters: 150_000 };

/** What is known of a member of any channel. */
interface AnyMember {
  readonly userId: string;
  readonly connections: number;
  readonly since: string;
  readonly data?: unknown;
}

export class MemberList {
  constructor(
    private readonly presence: Pick<IRealtimePresence, 'members'>,
    private readonly registry: Pick<IRealtimeHandlerRegistry, 'listChannels'>,
    private readonly view: PayloadView,
  ) {}

  /** Those who joined first come first. Rejects with `UNAVAILABLE` where the store is asked and does not answer. */
  async of(
    { channel }: ListMembers,
    admin: Pick<RealtimeContext<DashboardChannel, 'members'>, 'refusal'>,
  ): Promise<Listing<MemberRow>> {
    const address = channelNamed(this.registry, channel);
    if (address === null) throw admin.refusal('UNKNOWN_CHANNEL', { message: 'No channel has this name.' });
    if ((address.descriptor.presence ?? null) === null) {
      throw admin.refusal('NO_PRESENCE', { message: 'The channel has no members; it does not declare presence.' });
    }
    const members: readonly AnyMember[] = await this.presence.members(address);
    return listingOf(
      members.slice(0, MOST.rows).map((member) => this.rowOf(member)),
      members.length,
      MOST,
    );
  }

  private rowOf({ userId, connections, since, data }: AnyMember): MemberRow {
    const { payload } = data === undefined ? {} : this.view.of(data);
    return {
      userId: cutKey(userId),
      connections,
      since: Date.parse(since),
      ...(payload !== undefined && { data: payload }),
    };
  }
}
