// What does a connection have to pass behind gate 2 before it is a member? The log or the state of the channel, and those who are there.
import { Injectable } from '@nestjs/common';
import { ChannelLogs } from '../broker/channel.logs.js';
import { PlainInterest } from '../broker/plain.interest.js';
import { withinDeadline } from '../connections/deadline.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { PresenceEntrances } from '../presence/presence.entrance.js';
import type { Candidate } from './admission-candidate.js';
import type { Grant } from './channel.roster.js';
import { ChannelSnapshots } from './channel.snapshots.js';
import { LATE_ENTRANCE } from './log-refusals.js';

@Injectable()
export class ChannelEntrances {
  constructor(
    private readonly logs: ChannelLogs,
    private readonly interest: PlainInterest,
    private readonly snapshots: ChannelSnapshots,
    private readonly presence: PresenceEntrances,
  ) {}

  /** Resolves when the candidate may enter. May be called again for a log that was not ready. Rejects with the refusal. */
  async open(connection: LiveConnection, candidate: Candidate, grant: Grant, deadline: number): Promise<void> {
    const { match } = grant;
    const { log, snapshot, presence } = match.registered;
    if (log === null && snapshot === null) {
      // A channel without history is entered in any case: its clients hear at least of their own node.
      candidate.interest ??= this.interest.enter(match.name);
      if (candidate.interest?.ready) await candidate.interest.ready;
    } else {
      candidate.entrance ??= (snapshot === null ? this.logs : this.snapshots).enter(match, candidate.recover);
      await withinDeadline(candidate.entrance.prepare(), deadline, LATE_ENTRANCE);
    }
    // Behind the others, because from then on the engine brings what other nodes tell of members.
    if (presence === null || grant.presence !== null) return;
    candidate.presence ??= this.presence.enter(connection, match);
    await withinDeadline(candidate.presence.prepare(), deadline, LATE_ENTRANCE);
    grant.presence = candidate.presence;
  }

  /** What was asked for the user before is not theirs any more. */
  judgedAgain(candidate: Candidate): void {
    candidate.presence?.close();
    candidate.presence = null;
  }

  close({ entrance, interest, presence }: Candidate): void {
    entrance?.close();
    presence?.close();
    interest?.release();
  }
}
