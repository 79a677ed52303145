// What is one entry of a channel's log, and how does a node see that none is missing? By its offset, and by a chain of tags.
import { randomBytes } from 'node:crypto';
import type { LoggedEvent } from '../connections/encoded-event.js';

/** One event of a log. */
export interface LogEntry {
  /** Counts from 1 in each epoch, without a hole. */
  readonly offset: number;
  /** Names this entry among all that could have this offset. Chosen by the node that published it. */
  readonly tag: string;
  readonly event: LoggedEvent;
}

/** An entry as the engine sends it to the nodes that watch its channel. */
export interface LogFrame extends LogEntry {
  readonly channel: string;
  readonly epoch: string;
  /** The tag of the entry before it; empty at offset 1. */
  readonly prev: string;
}

/** Part of a log, and where the log stood when it was read. */
export interface LogPage {
  readonly epoch: string;
  /** Offset of the newest entry; 0 if the epoch has none. */
  readonly top: number;
  /** Tag of the newest entry; empty if the epoch has none. */
  readonly tag: string;
  /** Ascending. */
  readonly entries: readonly LogEntry[];
}

/** Eight random letters: a name for an epoch or an entry that no other node chooses. */
export function randomName(): string {
  return randomBytes(6).toString('base64url');
}
