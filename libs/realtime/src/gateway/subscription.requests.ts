// How does a connection enter and leave channels? rt:subscribe and rt:unsubscribe.
import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type {
  ChannelFrame,
  Position,
  RefusalReply,
  SubscribeFrame,
  SubscribeReply,
  UnsubscribeReply,
} from '@nestjs-realtime/contract';
import { UnknownNames } from '../channels/unknown.names.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { RefusalLog } from '../guards/refusal.log.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { AutoSubscriptions } from './auto.subscriptions.js';
import type { Verdict } from './admission-candidate.js';
import { Admissions, type Wishes } from './channel.admissions.js';
import { ChannelRoster } from './channel.roster.js';
import type { PendingRequest } from './pending-request.js';
import { parseSubscribe, parseUnsubscribe } from './request-frames.js';

/** Serves subscriptions. Each method answers its request once and never throws. */
@Injectable()
export class SubscriptionRequests {
  constructor(
    private readonly admissions: Admissions,
    private readonly roster: ChannelRoster,
    private readonly refusals: RefusalLog,
    private readonly auto: AutoSubscriptions,
    private readonly hooks: RealtimeHooks,
    private readonly unknown: UnknownNames,
  ) {}

  /** Subscribes to one channel or a batch. Admissions take effect together, right after the reply, so no event precedes it. */
  subscribe(connection: LiveConnection, frame: unknown, pending: PendingRequest): void {
    const parsed = parseSubscribe(frame);
    if (parsed === null) return this.refuse(connection, pending, new RealtimeException('BAD_REQUEST'));
    const wishes = wishesOf(parsed.items);
    this.admissions.decide(connection, wishes, 'client', (verdicts) => {
      const replies = parsed.items.map((item) => this.replyTo(connection, item, verdicts));
      pending.answer(parsed.batch ? replies : replies[0]);
      // A listener may broadcast on another channel of the batch, of which the connection has to be a member by then.
      this.hooks.together(() => {
        for (const [channel, verdict] of verdicts) this.apply(connection, channel, verdict);
      });
    });
  }

  /**
   * Leaves one channel or a batch. Leaving is always granted, even without a subscription. A channel whose lane is busy does not keep the
   * others subscribed, but the reply waits for it.
   */
  unsubscribe(connection: LiveConnection, frame: unknown, pending: PendingRequest): void {
    const parsed = parseUnsubscribe(frame);
    if (parsed === null) return this.refuse(connection, pending, new RealtimeException('BAD_REQUEST'));
    const { batch, items } = parsed;
    const { lanes, pendingChannels } = connection;
    const channels = [...new Set(items.flatMap((item) => item?.channel ?? []))];
    const mayWait = batch && channels.some((channel) => lanes.isBusy(channel));
    if (mayWait && this.admissions.isBusy(connection, channels.length)) {
      const reason = 'too many unsubscribe requests under way';
      return this.refuse(connection, pending, new RealtimeException('OVERLOADED', { reason }));
    }
    if (mayWait) for (const channel of channels) pendingChannels.add(channel, false);
    const leave = (channel: string): void => {
      this.roster.leave(connection, channel);
      this.auto.leave(connection, channel);
    };
    lanes.runAll(channels, leave, () => {
      if (mayWait) for (const channel of channels) pendingChannels.delete(channel, false);
      const replies = items.map((item) => this.leftReply(connection, item));
      pending.answer(batch ? replies : replies[0]);
    });
  }

  private leftReply(connection: LiveConnection, item: ChannelFrame | null): UnsubscribeReply | RefusalReply {
    if (item !== null) return { ok: true, channel: item.channel };
    const refusal = new RealtimeException('BAD_REQUEST');
    this.refusals.record(refusal, { gate: 'subscribe', connection });
    return refusal.toReply();
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
    const { channel, recover } = item!;
    const { standing, presence } = verdict;
    // From here on the user is a member, so that the answer shows it.
    const members = presence?.enter();
    const head = { ok: true as const, channel, ...(members && { members }) };
    // A channel without history keeps no position to recover from.
    if (standing === null) return { ...head, ...(recover && { recovered: false }) };
    const { position, recovered, snapshot, entries } = standing;
    return {
      ...head,
      ...(position && { position }),
      ...(recovered !== undefined && { recovered }),
      // Not all of the client may want the state again, nor what it has heard since.
      ...(snapshot && connection.subscriptions.has(channel) && { sinceSnapshot: entries.length }),
    };
  }

  /** A denial also ends an earlier subscription, because the latest decision of gate 2 counts. */
  private apply(connection: LiveConnection, channel: string, verdict: Verdict): void {
    if ('refusal' in verdict) {
      if (!verdict.refusal.retryable) this.roster.leave(connection, channel);
      if (verdict.refused === null) this.unknown.note(channel);
    } else {
      this.roster.enter(connection, verdict, 'client');
      this.auto.rejoin(connection, channel);
    }
  }

  private refuse(connection: LiveConnection, pending: PendingRequest, refusal: RealtimeException): void {
    this.refusals.record(refusal, { gate: 'subscribe', connection });
    pending.refuse(refusal);
  }
}

/** A position that is in no log. */
const NOWHERE: Position = { epoch: '', offset: 0 };

/** A client has one position in a channel. One that gives several gets no old event, because some of them would be missing for one of them. */
function wishesOf(items: readonly (SubscribeFrame | null)[]): Wishes {
  const wishes = new Map<string, Position | undefined>();
  for (const item of items) {
    if (item === null) continue;
    const { channel, recover } = item;
    const earlier = wishes.get(channel);
    const isSame = earlier === undefined || recover === undefined || isDeepStrictEqual(earlier, recover);
    wishes.set(channel, isSame ? (earlier ?? recover) : NOWHERE);
  }
  return wishes;
}
