// Which clients hear of a channel's members, and when? Changes are gathered, and each client that may know them hears them once.
import type { Member, PresenceFrame } from '@nestjs-realtime/contract';
import { FRAMES } from '@nestjs-realtime/contract';
import type { LiveConnection } from '../connections/live.connection.js';
import type { IRealtimeServer } from '../connections/realtime.server.js';
import type { MergedMembers } from './merged-members.js';
import type { PresenceTerms } from './own-members.js';
import { MANY_MEMBERS, SLOW_GATHER } from './own-users.js';
import type { MemberTally } from './presence.counts.js';

/** Members in one frame. */
const PIECE = 1_000;

export interface NoticeParts {
  readonly channel: string;
  readonly members: MergedMembers;
  readonly server: Pick<IRealtimeServer, 'deliver'>;
  readonly terms: PresenceTerms;
  readonly tally: MemberTally;
  /** Whether every subscriber may know who is here, so that one frame serves all. */
  readonly isForAll: boolean;
  /** Whether a client may still know who is here. */
  readonly maySee: (connection: LiveConnection) => boolean;
}

export class MemberNotices {
  /** Clients that may know who is here, where not all subscribers may. */
  private readonly viewers = new Set<LiveConnection>();
  /** Subscribers that the channel's broadcasts do not reach yet. */
  private readonly waiting = new Set<LiveConnection>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly parts: NoticeParts) {}

  /** A client that has got all members in a reply. */
  add(connection: LiveConnection): void {
    if (!this.parts.isForAll) this.viewers.add(connection);
  }

  remove(connection: LiveConnection): void {
    this.viewers.delete(connection);
    this.waiting.delete(connection);
  }

  /** Whether every subscriber may know who is here. */
  get isForAll(): boolean {
    return this.parts.isForAll;
  }

  /** Whether no client is told by itself; those that broadcasts reach are not known here. */
  get hasNoClient(): boolean {
    return this.viewers.size + this.waiting.size === 0;
  }

  has(connection: LiveConnection): boolean {
    return this.isForAll || this.viewers.has(connection);
  }

  waits(connection: LiveConnection): void {
    if (this.parts.isForAll) this.waiting.add(connection);
  }

  arrived(connection: LiveConnection): void {
    this.waiting.delete(connection);
  }

  /** Members have changed. Clients hear of it when changes have been gathered. */
  changed(): void {
    if (this.timer !== null) return;
    const { members, terms } = this.parts;
    const pause = members.size > MANY_MEMBERS ? Math.max(terms.gatherMs, SLOW_GATHER) : terms.gatherMs;
    this.timer = setTimeout(() => this.tell(), pause).unref();
  }

  /** A client may know the members from now on. */
  show(connection: LiveConnection): void {
    const { channel, members } = this.parts;
    for (const joined of pieces(members.members)) connection.announce(FRAMES.PRESENCE, { channel, joined, left: [] });
    this.viewers.add(connection);
  }

  /** A client may not know the members any more, so it has to forget them. */
  hide(connection: LiveConnection): void {
    const { channel, members } = this.parts;
    for (const left of pieces(members.members)) connection.announce(FRAMES.PRESENCE, { channel, joined: [], left });
    this.viewers.delete(connection);
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private tell(): void {
    this.timer = null;
    const { channel, members } = this.parts;
    const diff = members.flush();
    if (diff === null) return;
    const joined = [...diff.joined, ...diff.updated];
    for (const some of pieces(diff.left)) this.send({ channel, joined: [], left: some });
    for (const some of pieces(joined)) this.send({ channel, joined: some, left: [] });
  }

  private send(frame: PresenceFrame): void {
    const { channel, server, tally, isForAll, maySee } = this.parts;
    tally.frames++;
    if (!isForAll) {
      for (const viewer of this.viewers) {
        if (!maySee(viewer)) continue;
        tally.deliveries++;
        viewer.announce(FRAMES.PRESENCE, frame);
      }
      return;
    }
    // One frame for all, as one event of the channel is.
    const json = JSON.stringify(frame);
    tally.deliveries += server.deliver({ channels: [channel], event: FRAMES.PRESENCE, json, wire: 'plain' });
    tally.deliveries += this.waiting.size;
    for (const connection of this.waiting) connection.announce(FRAMES.PRESENCE, frame);
  }
}

function pieces(members: readonly Member[]): readonly (readonly Member[])[] {
  if (members.length <= PIECE) return members.length === 0 ? [] : [members];
  const found: (readonly Member[])[] = [];
  for (let from = 0; from < members.length; from += PIECE) found.push(members.slice(from, from + PIECE));
  return found;
}
