// How is a batch of subscriptions decided as one, when rights may change while gate 2 is asking?
import { Injectable } from '@nestjs/common';
import { Renewal } from '../revocation/authority.renewal.js';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import { type PendingAdmission, RevocationLedger } from '../revocation/revocation.ledger.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import type { Turn } from '../connections/channel-lanes.js';
import type { ChannelMatch } from '../connections/channel-match.js';
import { withinDeadline } from '../connections/deadline.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { SubscribeRequest } from '../connections/realtime-request.js';
import { Gates } from '../guards/inbound.gates.js';
import { denied } from '../instrumentation/refusal-of.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';

/** The decision of gate 2 on one channel. */
export type Verdict =
  | { readonly match: ChannelMatch }
  | {
      readonly refusal: RealtimeException;
      /** The channel that was refused; null if it is unknown or was not looked for. */
      readonly refused: ChannelMatch | null;
    };

/** Whose wish a batch is. The server's leaves a subscription as it is; the client's asks gate 2 again. */
export type Asking = 'client' | 'server';

/** One channel on its way through gate 2. */
interface Candidate {
  readonly channel: string;
  readonly by: Asking;
  /** Whether the connection was not yet subscribed to the channel when the request arrived. */
  readonly isNew: boolean;
  readonly turn: Turn;
  /** Open while gate 2 decides, and while the verdict waits for the others of its batch. */
  admission: PendingAdmission | null;
  /** The connection's user when gate 2 was asked. */
  judgedAs: RealtimeUser | null;
  /** Whether the verdict is the subscription that the connection already had at its turn. */
  isHeld: boolean;
  verdict: Verdict;
}

/** Requests that may wait, per subscription that the limit allows, for an earlier request on the same channel. */
const REQUESTS_PER_CHANNEL = 4;

const LATE = new RealtimeException('UNAVAILABLE', { reason: 'gate 2 gave no answer in time' });

/** Passes channels through gate 2, each in its own lane. All are decided before any takes effect. */
@Injectable()
export class Admissions {
  constructor(
    private readonly gates: Gates,
    private readonly registry: HandlerRegistry,
    private readonly ledger: RevocationLedger,
    private readonly renewal: Renewal,
    private readonly options: RealtimeOptions,
  ) {}

  /**
   * Calls `commit` once, within the request timeout, in the same tick in which every verdict is checked to hold. An earlier
   * revocation is thus part of the verdicts, and a later one finds the subscription. The lanes stay taken until `commit` returns.
   */
  decide(
    connection: LiveConnection,
    channels: ReadonlySet<string>,
    by: Asking,
    commit: (verdicts: ReadonlyMap<string, Verdict>) => void,
  ): void {
    const deadline = performance.now() + this.options.requestTimeout;
    const verdicts = new Map<string, Verdict>();
    const candidates: Candidate[] = [];
    for (const channel of channels) {
      const refusal = this.limitRefusal(connection, channel);
      verdicts.set(channel, { refusal: refusal ?? LATE, refused: null });
      if (refusal === null) candidates.push(this.enter(connection, channel, by));
    }
    void this.judgeAll(connection, candidates, deadline, () => {
      for (const { channel, isNew, admission, verdict } of candidates) {
        if (admission) this.ledger.close(admission);
        connection.pendingChannels.delete(channel, isNew);
        verdicts.set(channel, verdict);
      }
      try {
        commit(verdicts);
      } finally {
        for (const { turn } of candidates) release(turn);
      }
    });
  }

  /**
   * Counts a channel before any guard runs for it; otherwise one connection could keep thousands of guards busy. It treats existing and
   * unknown names alike, so the limit does not reveal which channels exist.
   */
  private limitRefusal(connection: LiveConnection, channel: string): RealtimeException | null {
    const { subscriptions, pendingChannels } = connection;
    const limit = this.options.limits.subscriptionsPerConnection;
    const isCounted = subscriptions.has(channel) || pendingChannels.asksFor(channel);
    if (!isCounted && subscriptions.size + pendingChannels.newNames >= limit) {
      return new RealtimeException('LIMIT_EXCEEDED', { reason: `more than ${limit} subscriptions` });
    }
    if (pendingChannels.total >= REQUESTS_PER_CHANNEL * limit) {
      return new RealtimeException('OVERLOADED', { reason: 'too many subscribe requests under way' });
    }
    return null;
  }

  private enter(connection: LiveConnection, channel: string, by: Asking): Candidate {
    const isNew = !connection.subscriptions.has(channel);
    connection.pendingChannels.add(channel, isNew);
    const turn = connection.lanes.take(channel);
    const verdict = { refusal: LATE, refused: null };
    return { channel, by, isNew, turn, admission: null, judgedAs: null, isHeld: false, verdict };
  }

  /** Calls `conclude` in the tick of the last ledger check: even one microtask later a revocation could have come between. */
  private async judgeAll(
    connection: LiveConnection,
    candidates: readonly Candidate[],
    deadline: number,
    conclude: () => void,
  ): Promise<void> {
    let unsettled = candidates;
    while (unsettled.length > 0 && !connection.closed) {
      await Promise.all(unsettled.map((candidate) => this.judge(connection, candidate, deadline)));
      unsettled = candidates.filter((candidate) => this.isOvertaken(connection, candidate));
    }
    conclude();
  }

  /** Whether a grant must be decided again, because rights or the user have changed. A revoked grant becomes a refusal. */
  private isOvertaken(connection: LiveConnection, candidate: Candidate): boolean {
    if ('refusal' in candidate.verdict || candidate.admission === null) return false;
    const state = this.ledger.verdict(candidate.admission, connection, candidate.channel);
    if (state === 'revoked') {
      const refusal = denied(connection.user, 'revoked during admission');
      candidate.verdict = { refusal, refused: candidate.verdict.match };
    }
    if (candidate.isHeld && state !== 'revoked') return !connection.subscriptions.has(candidate.channel);
    return state === 'stale' || (state === 'holds' && connection.user !== candidate.judgedAs);
  }

  /** An earlier request on the channel may have subscribed the connection. */
  private isHeld(connection: LiveConnection, candidate: Candidate): boolean {
    const held = candidate.by === 'server' ? connection.subscriptions.get(candidate.channel) : undefined;
    candidate.isHeld = held !== undefined;
    if (held === undefined) return false;
    candidate.admission = this.ledger.open(candidate.admission ?? { since: 0 });
    candidate.verdict = { match: held };
    return true;
  }

  private async judge(connection: LiveConnection, candidate: Candidate, deadline: number): Promise<void> {
    try {
      if (performance.now() > deadline) throw LATE;
      if (candidate.turn.ready) await withinDeadline(candidate.turn.ready, deadline, LATE);
      if (this.isHeld(connection, candidate)) return;
      if (this.renewal.doubts(connection)) {
        await withinDeadline(this.renewal.confirm(connection, this.options.requestTimeout), deadline, LATE);
      }
    } catch (error) {
      candidate.verdict = { refusal: error as RealtimeException, refused: null };
      return;
    }
    candidate.admission = this.ledger.open(candidate.admission ?? { since: 0 });
    candidate.judgedAs = connection.user;
    const match = this.registry.match(candidate.channel);
    const request = new SubscribeRequest(connection, candidate.channel, match);
    try {
      await withinDeadline(this.gates.subscribe(request), deadline, LATE);
      // Only a gate that the application has replaced lets an unknown channel pass.
      if (match === null) throw denied(connection.user, 'no registered channel matches');
      candidate.verdict = { match };
    } catch (error) {
      candidate.verdict = { refusal: error as RealtimeException, refused: match };
    }
  }
}

/** Releases a turn; one that has not begun is released when it begins, because otherwise two requests would hold the lane. */
function release(turn: Turn): void {
  if (turn.ready) void turn.ready.then(() => turn.release());
  else turn.release();
}
