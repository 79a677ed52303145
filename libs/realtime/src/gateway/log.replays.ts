// How does a client get a state and what it has missed, without that its memory on the server grows? In pieces; live events wait for the last.
import { Injectable } from '@nestjs/common';
import { ChannelLogs } from '../broker/channel.logs.js';
import { bytesOf } from '../broker/frame-buffer.js';
import type { LogRecorder } from '../broker/log-recorder.js';
import { PlainInterest } from '../broker/plain.interest.js';
import { RoomRecordings } from '../broker/room.recordings.js';
import type { ChannelMatch } from '../connections/channel-match.js';
import type { ReplayedEvent } from '../connections/encoded-event.js';
import type { LiveConnection } from '../connections/live.connection.js';
import type { Party } from '../connections/party.js';
import { RealtimeCounters } from '../connections/realtime.counters.js';
import { RealtimeOptions } from '../realtime.options.js';
import { ChannelEvictions } from './channel.evictions.js';
import type { Standing } from './entrance.js';

/** Bytes of a piece. It may be no reason to call the client slow, so it is at most a quarter of what may wait. */
const PIECE = 262_144;
/** A client that has not taken everything after as many milliseconds is too slow. */
const LONGEST = 30_000;

/** One replay in pieces. */
interface Replay {
  readonly connection: LiveConnection;
  readonly match: ChannelMatch;
  readonly recorder: Recorder;
  readonly until: number;
}

type Recorder = Pick<LogRecorder<ReplayedEvent>, 'isBroken' | 'take' | 'end'>;

@Injectable()
export class LogReplays {
  private readonly piece: number;
  private readonly underWay = new Set<Replay>();

  constructor(
    private readonly logs: ChannelLogs,
    private readonly evictions: ChannelEvictions,
    private readonly options: RealtimeOptions,
    counters: RealtimeCounters,
    private readonly rooms: RoomRecordings,
    private readonly interest: PlainInterest,
  ) {
    this.piece = Math.min(PIECE, Math.floor(options.limits.queuedBytes / 4));
    counters.watch('replays', () => this.underWay.size);
  }

  /**
   * Makes a connection a member behind the state of the channel and the entries that it has missed. Call it in the tick in which the standing was taken, after the reply:
   * what fits into one piece is sent in this tick, so that live events can only follow.
   */
  enter(connection: LiveConnection, match: ChannelMatch, { snapshot, recovered, entries: missed }: Standing): void {
    if (recovered !== undefined) this.logs.counts.recoveries[recovered ? 'recovered' : 'missed']++;
    const behind = declared(missed, match);
    // After a goodbye come only replies.
    const entries = connection.isDeparting ? [] : snapshot === undefined ? behind : [snapshot, ...behind];
    if (this.fits(entries)) {
      connection.join(match);
      if (connection.subscriptions.has(match.name)) void connection.replay(match.name, entries);
      return;
    }
    connection.joinLater(match);
    const { recorder, release } = this.follow(match);
    const replay = { connection, match, recorder, until: performance.now() + LONGEST };
    this.underWay.add(replay);
    const done = this.send(replay, entries).catch(() => this.evictions.evict(connection, match.name));
    void done.finally(() => {
      this.underWay.delete(replay);
      recorder.end();
      release();
    });
  }

  /** Records what is delivered on the channel, of which the connection is no member yet. */
  private follow(match: ChannelMatch): { readonly recorder: Recorder; readonly release: () => void } {
    const { recoverBytes } = this.options;
    if (match.registered.log === null) {
      const interest = this.interest.enter(match.name);
      return { recorder: this.rooms.record(match, recoverBytes), release: () => interest?.release() };
    }
    return { recorder: this.logs.hold(match).record(recoverBytes), release: () => this.logs.release(match.name) };
  }

  private async send(replay: Replay, entries: readonly ReplayedEvent[]): Promise<void> {
    const { connection, match, recorder } = replay;
    let waiting = entries;
    while (waiting.length > 0) {
      const piece = this.pieceOf(waiting);
      const isTaken = await this.taken(replay, connection.replay(match.name, piece));
      if (!this.isWanted(replay)) return;
      if (!isTaken) return connection.cutOff(match.name);
      if (recorder.isBroken) return this.evictions.evict(connection, match.name);
      const live = declared(recorder.take(), match).flatMap((entry) => forConnection(entry, connection));
      waiting = [...waiting.slice(piece.length), ...live];
    }
    // In the tick in which nothing waits any longer.
    connection.arrive(match);
  }

  /** Whether the client has taken a piece in time. */
  private async taken({ until }: Replay, sent: Promise<void>): Promise<boolean> {
    let timer: NodeJS.Timeout | null = null;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), Math.max(0, until - performance.now())).unref();
    });
    try {
      return await Promise.race([sent.then(() => true), late]);
    } finally {
      if (timer !== null) clearTimeout(timer);
    }
  }

  /** A client that leaves, or subscribes again, wants no more of it. */
  private isWanted({ connection, match }: Replay): boolean {
    return connection.subscriptions.get(match.name) === match && !connection.isDeparting;
  }

  /** A state alone may be larger than a piece. Live events would then wait behind it, and the client would look slow. */
  private fits(entries: readonly ReplayedEvent[]): boolean {
    return entries.reduce((bytes, { event }) => bytes + bytesOf(event), 0) <= this.piece;
  }

  /** The first entries, up to the bytes of a piece; at least one. */
  private pieceOf<Event extends ReplayedEvent>(entries: readonly Event[]): readonly Event[] {
    let bytes = 0;
    const end = entries.findIndex(({ event }, index) => (bytes += bytesOf(event)) > this.piece && index > 0);
    return end === -1 ? entries : entries.slice(0, end);
  }
}

/** An event that only nodes of another release declare, or a stranger has made up, is skipped in its place. Its name is not escaped later. */
function declared(
  entries: readonly ReplayedEvent[],
  { registered: { events } }: ChannelMatch,
): readonly ReplayedEvent[] {
  if (entries.every(({ event }) => events.has(event.event))) return entries;
  // Outside of a log, an event was declared when it was recorded.
  return entries.map((entry) => (events.has(entry.event.event) ? entry : { ...entry, isSkipped: true }));
}

/** What was broadcast while the client was a member, though it still waited for older events, may leave it out. Then a log counts on. */
function forConnection(entry: ReplayedEvent, connection: LiveConnection): readonly ReplayedEvent[] {
  const isSkipped = entry.event.except?.some((party) => isOf(party, connection)) === true;
  if (!isSkipped) return [entry];
  return entry.offset === undefined ? [] : [{ ...entry, isSkipped }];
}

function isOf({ userId, sessionId, connectionId }: Party, { id, user }: LiveConnection): boolean {
  if (userId !== undefined) return user?.userId === userId;
  return sessionId === undefined ? id === connectionId : user?.sessionId === sessionId;
}
