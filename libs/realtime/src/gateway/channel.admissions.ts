// How is a batch of subscriptions decided as one, when rights may change while gate 2 is asking?
import { Injectable } from '@nestjs/common';
import type { Position } from '@nestjs-realtime/contract';
import { Renewal } from '../revocation/authority.renewal.js';
import { RevocationLedger } from '../revocation/revocation.ledger.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import type { Turn } from '../connections/channel-lanes.js';
import { withinDeadline } from '../connections/deadline.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { SubscribeRequest } from '../connections/realtime-request.js';
import { Gates } from '../guards/inbound.gates.js';
import { denied } from '../instrumentation/refusal-of.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';
import type { Asking, Candidate, Verdict } from './admission-candidate.js';
import { ChannelEntrances } from './channel.entrances.js';
import { refusalOfLog } from './log-refusals.js';

/** Channels to subscribe to, each with the position from which the client wants the events that it has missed. */
export type Wishes = ReadonlyMap<string, Position | undefined>;

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
    private readonly entrances: ChannelEntrances,
  ) {}

  /**
   * Calls `commit` once, within the request timeout, in the same tick in which every verdict is checked to hold. An earlier
   * revocation is thus part of the verdicts, and a later one finds the subscription. The lanes stay taken until `commit` returns.
   */
  decide(
    connection: LiveConnection,
    wishes: Wishes,
    by: Asking,
    commit: (verdicts: ReadonlyMap<string, Verdict>) => void,
  ): void {
    const deadline = performance.now() + this.options.requestTimeout;
    const verdicts = new Map<string, Verdict>();
    const candidates: Candidate[] = [];
    for (const [channel, recover] of wishes) {
      const refusal = this.limitRefusal(connection, channel);
      verdicts.set(channel, { refusal: refusal ?? LATE, refused: null });
      if (refusal === null) candidates.push(this.enter(connection, channel, recover, by));
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
        for (const candidate of candidates) {
          this.entrances.close(candidate);
          release(candidate.turn);
        }
      }
    });
  }

  /** Whether so many more channels would be too many under way at once. */
  isBusy({ pendingChannels }: LiveConnection, more: number): boolean {
    return pendingChannels.total + more > REQUESTS_PER_CHANNEL * this.options.limits.subscriptionsPerConnection;
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
    if (this.isBusy(connection, 1)) {
      return new RealtimeException('OVERLOADED', { reason: 'too many subscribe requests under way' });
    }
    return null;
  }

  private enter(connection: LiveConnection, channel: string, recover: Position | undefined, by: Asking): Candidate {
    const isNew = !connection.subscriptions.has(channel);
    connection.pendingChannels.add(channel, isNew);
    const turn = connection.lanes.take(channel);
    const verdict = { refusal: LATE, refused: null };
    return {
      ...{ channel, by, isNew, turn, recover, verdict },
      ...{
        admission: null,
        judgedAs: null,
        isHeld: false,
        isGranted: false,
        entrance: null,
        interest: null,
        presence: null,
      },
    };
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
      await Promise.all(unsettled.map((candidate) => this.settle(connection, candidate, deadline)));
      unsettled = candidates.filter(
        (candidate) => this.isOvertaken(connection, candidate) || !this.standsInLog(candidate),
      );
    }
    conclude();
  }

  /** Nothing is read of a log before gate 2 has granted; a log that was not ready asks no guard again. */
  private async settle(connection: LiveConnection, candidate: Candidate, deadline: number): Promise<void> {
    if (!candidate.isGranted) await this.judge(connection, candidate, deadline);
    if ('refusal' in candidate.verdict) return;
    const { match } = candidate.verdict;
    if (candidate.isHeld) return;
    try {
      await this.entrances.open(connection, candidate, candidate.verdict, deadline);
    } catch (error) {
      candidate.verdict = { refusal: refusalOfLog(error), refused: match };
    }
  }

  /** Takes the place in the log, which is true in this tick only. False if the log is not ready. */
  private standsInLog({ verdict, entrance }: Candidate): boolean {
    if ('refusal' in verdict || entrance === null) return true;
    const standing = entrance.take();
    verdict.standing = standing;
    return standing !== null;
  }

  /** Whether a grant must be decided again, because rights or the user have changed. A revoked grant becomes a refusal. */
  private isOvertaken(connection: LiveConnection, candidate: Candidate): boolean {
    if ('refusal' in candidate.verdict || candidate.admission === null) return false;
    const state = this.ledger.verdict(candidate.admission, connection, candidate.channel);
    if (state === 'revoked') {
      const refusal = denied(connection.user, 'revoked during admission');
      candidate.verdict = { refusal, refused: candidate.verdict.match };
    }
    const isOvertaken =
      candidate.isHeld && state !== 'revoked'
        ? !connection.subscriptions.has(candidate.channel)
        : state === 'stale' || (state === 'holds' && connection.user !== candidate.judgedAs);
    if (isOvertaken) candidate.isGranted = false;
    return isOvertaken;
  }

  /** An earlier request on the channel may have subscribed the connection. */
  private isHeld(connection: LiveConnection, candidate: Candidate): boolean {
    const held = candidate.by === 'server' ? connection.subscriptions.get(candidate.channel) : undefined;
    candidate.isHeld = held !== undefined;
    if (held === undefined) return false;
    candidate.admission = this.ledger.open(candidate.admission ?? { since: 0 });
    candidate.verdict = { match: held, standing: null, presence: null };
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
    this.entrances.judgedAgain(candidate);
    candidate.admission = this.ledger.open(candidate.admission ?? { since: 0 });
    candidate.judgedAs = connection.user;
    const match = this.registry.match(candidate.channel);
    const request = new SubscribeRequest(connection, candidate.channel, match);
    try {
      await withinDeadline(this.gates.subscribe(request), deadline, LATE);
      // Only a gate that the application has replaced lets an unknown channel pass.
      if (match === null) throw denied(connection.user, 'no registered channel matches');
      candidate.verdict = { match, standing: null, presence: null };
      candidate.isGranted = true;
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
