// How does a connection enter and leave channels? rt:subscribe and rt:unsubscribe.
import { Injectable } from '@nestjs/common';
import type { RefusalReply, SubscribeFrame, SubscribeReply } from '@nestjs-realtime/contract';
import type { LiveConnection } from '../connections/live.connection.js';
import { RefusalLog } from '../guards/refusal.log.js';
import { RealtimeException } from '../realtime.exception.js';
import { AutoSubscriptions } from './auto.subscriptions.js';
import { Admissions, type Verdict } from './channel.admissions.js';
import { ChannelRoster } from './channel.roster.js';
import type { PendingRequest } from './pending-request.js';
import { parseChannel, parseSubscribe } from './request-frames.js';

/** Serves subscriptions. Each method answers its request once and never throws. */
@Injectable()
export class SubscriptionRequests {
  constructor(
    private readonly admissions: Admissions,
    private readonly roster: ChannelRoster,
    private readonly refusals: RefusalLog,
    private readonly auto: AutoSubscriptions,
  ) {}

  /** Subscribes to one channel or a batch. Admissions take effect together, right after the reply, so no event precedes it. */
  subscribe(connection: LiveConnection, frame: unknown, pending: PendingRequest): void {
    const parsed = parseSubscribe(frame);
    if (parsed === null) return this.refuse(connection, pending, new RealtimeException('BAD_REQUEST'));
    const channels = new Set(parsed.items.flatMap((item) => (item === null ? [] : [item.channel])));
    this.admissions.decide(connection, channels, 'client', (verdicts) => {
      const replies = parsed.items.map((item) => this.replyTo(connection, item, verdicts));
      pending.answer(parsed.batch ? replies : replies[0]);
      for (const [channel, verdict] of verdicts) this.apply(connection, channel, verdict);
    });
  }

  /** Leaving is always granted, even without a subscription. */
  unsubscribe(connection: LiveConnection, frame: unknown, pending: PendingRequest): void {
    const parsed = parseChannel(frame);
    if (parsed === null) return this.refuse(connection, pending, new RealtimeException('BAD_REQUEST'));
    connection.lanes.run(parsed.channel, () => {
      this.roster.leave(connection, parsed.channel);
      this.auto.leave(connection, parsed.channel);
      pending.answer({ ok: true, channel: parsed.channel });
    });
  }

  private replyTo(
    connection: LiveConnection,
    item: SubscribeFrame | null,
    verdicts: ReadonlyMap<string, Verdict>,
  ): SubscribeReply | RefusalReply {
    const verdict = (item && verdicts.get(item.channel)) ?? {
      refusal: new RealtimeException('BAD_REQUEST'),
      refused: null,
    };
    if ('refusal' in verdict) {
      const { refusal, refused } = verdict;
      this.refusals.record(refusal, { gate: 'subscribe', connection, channel: item?.channel, match: refused });
      return verdict.refusal.toReply();
    }
    // A channel without history keeps no position to recover from.
    return { ok: true, channel: item!.channel, ...(item!.recover && { recovered: false }) };
  }

  /** A denial also ends an earlier subscription, because the latest decision of gate 2 counts. */
  private apply(connection: LiveConnection, channel: string, verdict: Verdict): void {
    if ('refusal' in verdict) {
      if (!verdict.refusal.retryable) this.roster.leave(connection, channel);
    } else {
      this.roster.enter(connection, verdict.match, 'client');
      this.auto.rejoin(connection, channel);
    }
  }

  private refuse(connection: LiveConnection, pending: PendingRequest, refusal: RealtimeException): void {
    this.refusals.record(refusal, { gate: 'subscribe', connection });
    pending.refuse(refusal);
  }
}
