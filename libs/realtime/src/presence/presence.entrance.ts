// How does a connection make its user a member? What is known of the member is asked for first; the user is a member from the answer on.
import { Injectable } from '@nestjs/common';
import type { Member } from '@nestjs-realtime/contract';
import type { ChannelMatch } from '../connections/channel-match.js';
import { withDeadline } from '../connections/deadline.js';
import type { LiveConnection } from '../connections/live.connection.js';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import { RealtimeException } from '../realtime.exception.js';
import { ConnectionMemberships } from './connection-memberships.js';
import { maySeeMembers, type PresentChannel } from './present-channel.js';
import { PresenceChannels } from './presence.channels.js';

/** How long a connection on its way in waits for members of other nodes, in milliseconds. Afterwards it hears of them by and by. */
const LONGEST = 2_000;

/** One connection on its way into a channel with presence. Call `close` in any case. */
export class PresenceEntrance {
  private data: unknown;
  private sees = false;

  constructor(
    private readonly connection: LiveConnection,
    private readonly user: RealtimeUser,
    private readonly channel: PresentChannel,
    private readonly release: () => void,
  ) {}

  /** Call it when the engine brings what is told on the channel. Rejects with the refusal of the method that supplies the member's data. */
  async prepare(): Promise<void> {
    const { match, presence } = this.channel.parts;
    const others = withDeadline(this.channel.live(), LONGEST, () => new Error('late')).catch(() => undefined);
    this.data = await presence.source?.supply(this.user, match.address);
    this.sees = await maySeeMembers(this.connection, this.channel);
    await others;
  }

  /**
   * Makes the user a member, in the tick of the answer. Returns what the answer says of the members: undefined if the client may not know.
   * More calls of one connection change nothing but the data.
   */
  enter(): readonly Member[] | undefined {
    const { connection, channel, user, data } = this;
    if (connection.closed || connection.isDeparting) return undefined;
    const memberships = ConnectionMemberships.of(connection);
    if (!memberships.has(channel.name)) {
      memberships.add(channel, user.userId);
      channel.enter(user.userId, data);
    } else if (data !== undefined) {
      channel.update(user.userId, data);
    }
    return this.sees ? channel.shownTo(connection) : undefined;
  }

  close(): void {
    this.release();
  }
}

@Injectable()
export class PresenceEntrances {
  constructor(private readonly channels: PresenceChannels) {}

  /** @throws RealtimeException for a connection without a user. Only a gate that the application has replaced lets one come so far. */
  enter(connection: LiveConnection, match: ChannelMatch): PresenceEntrance {
    const { user } = connection;
    if (user === null) throw new RealtimeException('UNAUTHENTICATED', { reason: 'members are users' });
    const channel = this.channels.hold(match);
    return new PresenceEntrance(connection, user, channel, () => this.channels.release(match.name));
  }
}
