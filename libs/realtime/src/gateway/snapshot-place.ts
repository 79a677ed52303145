// From which moment on does a state count? A channel with history has a position in its log; another has the events that its room gets.
import type { ChannelLogs } from '../broker/channel.logs.js';
import type { PlainInterest } from '../broker/plain.interest.js';
import type { RoomRecordings } from '../broker/room.recordings.js';
import type { ChannelMatch } from '../connections/channel-match.js';
import type { Recording } from './shared-snapshot.js';

/** What a snapshot needs of the channel that it is of. Call `close` once. */
export interface SnapshotPlace {
  /** Whether a recording that begins in this tick misses nothing. */
  readonly isReady: boolean;
  /** Resolves when it may be, or the place is closed. */
  ready(): Promise<void>;
  /** Records from now on. It outlives the place. */
  record(): Recording;
  close(): void;
}

/** A channel with history: the log of this node is live, and delivers without a gap. */
export function logPlace(match: ChannelMatch, logs: ChannelLogs, mostBytes: number): SnapshotPlace {
  const log = logs.hold(match);
  let stopWaiting = (): void => undefined;
  return {
    get isReady() {
      return log.isLive;
    },
    ready: () => new Promise((resolve) => (stopWaiting = log.onLive(resolve))),
    record: () => {
      const { position } = logs.hold(match);
      const recorder = log.record(mostBytes);
      return { position, recorder, end: once(() => [recorder.end(), logs.release(match.name)]) };
    },
    close: () => {
      stopWaiting();
      logs.release(match.name);
    },
  };
}

/** A channel without history: what is broadcast on this node, and what other nodes send as far as the engine is there. */
export function roomPlace(
  match: ChannelMatch,
  rooms: RoomRecordings,
  interest: PlainInterest,
  mostBytes: number,
): SnapshotPlace {
  const own = interest.enter(match.name);
  return {
    isReady: true,
    ready: () => own?.ready ?? Promise.resolve(),
    record: () => {
      const held = interest.enter(match.name);
      const recorder = rooms.record(match, mostBytes);
      return { recorder, end: once(() => [recorder.end(), held?.release()]) };
    },
    close: () => own?.release(),
  };
}

function once(end: () => unknown): () => void {
  let hasEnded = false;
  return () => {
    if (!hasEnded) end();
    hasEnded = true;
  };
}
