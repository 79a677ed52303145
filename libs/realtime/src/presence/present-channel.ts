// Who is in one channel that has members here, or a connection on its way in? Own users at once, those of other nodes as they tell.
import type { Member } from '@nestjs-realtime/contract';
import type { PresenceChange, PresenceDiff, PresenceEntry, PresencePage } from '../broker/presence.store.js';
import type { ChannelMatch } from '../connections/channel-match.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { SubscribeRequest } from '../connections/realtime-request.js';
import type { IRealtimeServer } from '../connections/realtime.server.js';
import type { RegisteredPresence } from '../connections/registered-channel.js';
import { MemberFollower } from './member-follower.js';
import { MemberNotices } from './member-notices.js';
import { MergedMembers } from './merged-members.js';
import type { OwnUsers } from './own-users.js';
import { countedRead } from './counted-store.js';
import type { PresenceTerms } from './own-members.js';
import type { MemberTally } from './presence.counts.js';

export interface PresentParts {
  readonly match: ChannelMatch;
  readonly presence: RegisteredPresence;
  readonly terms: PresenceTerms;
  readonly server: Pick<IRealtimeServer, 'deliver' | 'connectionsIn'>;
  /** Whether a slow client may miss frames of the channel. Then members are told to each client by itself. */
  readonly dropsForSlow: boolean;
  readonly tally: MemberTally;
  readonly read: () => Promise<PresencePage>;
  readonly ownId: () => string;
  /** The node's own users of the channel; undefined where it has none. */
  readonly own: () => OwnUsers | undefined;
  /** The same, which begin where there are none. */
  readonly openOwn: () => OwnUsers;
}

export class PresentChannel {
  readonly members: MergedMembers;
  readonly notices: MemberNotices;
  private readonly follower: MemberFollower;

  constructor(readonly parts: PresentParts) {
    const { match, presence, terms, server, tally, ownId, own, openOwn } = parts;
    const { visibleTo, guards } = presence;
    this.members = new MergedMembers(ownId);
    this.notices = new MemberNotices({
      ...{ channel: match.name, members: this.members, server, terms, tally },
      isForAll: visibleTo === 'subscribers' && guards.length === 0 && !parts.dropsForSlow,
      maySee: (connection) => hasRole(connection, visibleTo),
    });
    const foundOwn = (entries: ReadonlyMap<string, PresenceEntry | null>): void => {
      // Clients hear what the read has brought, also where no diff has asked for it.
      this.notices.changed();
      // What the store has of this node without reason is taken out.
      if (entries.size > 0) openOwn().reconcile(entries);
      else own()?.reconcile(entries);
    };
    const isForgotten = (entries: ReadonlyMap<string, PresenceEntry | null>): boolean =>
      own()?.isLackedBy(entries) ?? false;
    const read = (): Promise<PresencePage> => countedRead(parts.read(), tally);
    this.follower = new MemberFollower({ members: this.members, read, foundOwn, ownId, isForgotten });
  }

  get name(): string {
    return this.parts.match.name;
  }

  /** Whether no diff of other nodes is known to be missing. */
  get isLive(): boolean {
    return this.members.isLive;
  }

  /** Resolves once no diff is missing. Call it when the engine brings what is told on the channel. */
  live(): Promise<void> {
    return this.follower.live().then(() => this.settled());
  }

  setOwn(change: PresenceChange): void {
    this.members.setOwn(change);
    this.notices.changed();
  }

  receive(diff: PresenceDiff): void {
    this.adopt(diff);
    this.follower.receive(diff);
    this.notices.changed();
  }

  check(version: number): void {
    this.follower.check(version);
  }

  rejoined(): void {
    this.follower.rejoined();
    void this.follower.live().then(() => this.settled());
  }

  /** One connection more of the user. In the tick of the answer, which then shows the user among the members. */
  enter(userId: string, data: unknown): void {
    const since = this.members.get(userId)?.since;
    this.parts.openOwn().enter(userId, { data, ...(since !== undefined && { since: Date.parse(since) }) });
  }

  /** One connection less. `isLost`: the user may come back within the grace. */
  leave(connection: LiveConnection, userId: string, isLost: boolean): void {
    this.notices.remove(connection);
    this.parts.own()?.leave(userId, isLost);
  }

  update(userId: string, data: unknown): void {
    this.parts.own()?.update(userId, data);
  }

  /** What a client that may see the channel's members is told of them in an answer. */
  shownTo(connection: LiveConnection): readonly Member[] {
    const { members } = this.members;
    // The only client here has heard everything by this answer, so there is no one to tell of it again.
    if (this.notices.hasNoClient && this.parts.server.connectionsIn(this.name).length === 0) this.members.flush();
    this.notices.add(connection);
    return members;
  }

  close(): void {
    this.follower.close();
    this.notices.close();
  }

  private settled(): void {
    this.notices.changed();
  }

  /** Data that was set on another node is that of the user on this one, too. */
  private adopt({ nodeId, changes }: PresenceDiff): void {
    const own = this.parts.own();
    if (own === undefined || nodeId === this.parts.ownId()) return;
    for (const { userId, entry } of changes) if (entry !== null) own.adopt(userId, entry);
  }
}

function hasRole({ user }: LiveConnection, visibleTo: RegisteredPresence['visibleTo']): boolean {
  if (typeof visibleTo === 'string') return visibleTo === 'subscribers';
  return user?.roles.includes(visibleTo.role) === true;
}

/** Whether the visibility that the channel declares, and the guards of its classes, let a client know who is here. */
export async function maySeeMembers(connection: LiveConnection, { parts }: PresentChannel): Promise<boolean> {
  const { match, presence } = parts;
  if (!hasRole(connection, presence.visibleTo)) return false;
  const request = new SubscribeRequest(connection, match.name, match);
  try {
    for (const guards of presence.guards) await guards.pass(request);
    return true;
  } catch {
    return false;
  }
}
