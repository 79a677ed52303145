// How does a connection enter and leave channels? rt:subscribe, rt:unsubscribe, and what only the admitted may ask.
import { Injectable, Logger } from '@nestjs/common';
import type { RefusalReply, SubscribeFrame, SubscribeReply } from '@nestjs-realtime/contract';
import { HandlerRegistry } from '../channels/handler.registry.js';
import type { Turn } from '../connections/channel-lanes.js';
import type { ChannelMatch } from '../connections/channel-match.js';
import type { RealtimeConnection } from '../connections/realtime.connection.js';
import { RealtimeRequest } from '../connections/realtime-request.js';
import { RealtimeExecutionContext } from '../guards/realtime-execution-context.js';
import { RefusalLog } from '../guards/refusals.js';
import { SubscribeGuard } from '../guards/subscribe.guard.js';
import { IRealtimeTracer } from '../instrumentation/realtime.tracer.js';
import { refusalOfGuard } from '../instrumentation/refusal-of.js';
import { withCapture } from '../instrumentation/with-capture.js';
import { withSpan } from '../instrumentation/with-span.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { RealtimeOptions } from '../realtime.options.js';
import { withDeadline } from '../connections/deadline.js';
import type { PendingRequest } from './pending-request.js';
import { parseChannel, parseHistory, parseSubscribe } from './request-frames.js';

/** What gate 2 said of one channel. */
type Verdict = { readonly match: ChannelMatch } | { readonly refusal: RealtimeException };

/** Serves subscriptions. Each method answers its request once and never throws. */
@Injectable()
export class SubscriptionRequests {
  private readonly pass: (request: RealtimeRequest) => Promise<boolean>;

  constructor(
    guard: SubscribeGuard,
    tracer: IRealtimeTracer,
    private readonly registry: HandlerRegistry,
    private readonly refusals: RefusalLog,
    private readonly hooks: RealtimeHooks,
    private readonly options: RealtimeOptions,
  ) {
    this.pass = withSpan(
      tracer,
      { op: 'realtime-gate', name: 'realtime subscribe', attributes: { gate: 'subscribe' } },
      withCapture(
        new Logger('Realtime'),
        {
          layer: 'realtime-gate',
          describe: (request: RealtimeRequest) => `subscribe to channel ${request.channel}`,
          refusalOf: (error, request) => refusalOfGuard(error, request.user),
        },
        (request) => guard.canActivate(RealtimeExecutionContext.of(request, SubscriptionRequests)),
      ),
    );
  }

  /** One channel or a batch. Admissions take effect together, right after the reply, so no event of the batch precedes it. */
  subscribe(connection: RealtimeConnection, frame: unknown, pending: PendingRequest): void {
    const parsed = parseSubscribe(frame);
    if (parsed === null) return this.refuse(connection, pending, new RealtimeException('BAD_REQUEST'), null);
    const turns = new Map<string, Turn>();
    const verdicts = new Map<string, Promise<Verdict>>();
    for (const item of parsed.items) {
      if (item === null || turns.has(item.channel)) continue;
      const turn = connection.lanes.take(item.channel);
      turns.set(item.channel, turn);
      verdicts.set(item.channel, this.judge(connection, item.channel, turn));
    }
    void this.settle(verdicts).then((settled) => {
      const replies = parsed.items.map((item) => this.replyTo(connection, item, settled));
      pending.answer(parsed.batch ? replies : replies[0]);
      for (const [channel, verdict] of settled) this.apply(connection, channel, verdict);
      for (const turn of turns.values()) turn.release();
    });
  }

  /** Leaving is always granted, also where nobody was. */
  unsubscribe(connection: RealtimeConnection, frame: unknown, pending: PendingRequest): void {
    const parsed = parseChannel(frame);
    if (parsed === null) return this.refuse(connection, pending, new RealtimeException('BAD_REQUEST'), null);
    this.inTurn(connection, parsed.channel, () => {
      this.leave(connection, parsed.channel);
      pending.answer({ ok: true, channel: parsed.channel });
    });
  }

  members(connection: RealtimeConnection, frame: unknown, pending: PendingRequest): void {
    this.unsupported(connection, parseChannel(frame), 'the channel has no presence', pending);
  }

  history(connection: RealtimeConnection, frame: unknown, pending: PendingRequest): void {
    this.unsupported(connection, parseHistory(frame), 'the channel has no history', pending);
  }

  /** Resolves, always, within the request timeout. */
  private async judge(connection: RealtimeConnection, channel: string, turn: Turn): Promise<Verdict> {
    const late = new RealtimeException('UNAVAILABLE', { reason: 'gate 2 gave no answer in time' });
    try {
      const match = this.registry.match(channel);
      const request = new RealtimeRequest('subscribe', connection, channel, match, null, undefined);
      await withDeadline(this.passInTurn(request, turn), this.options.requestTimeout, late);
      return { match: match! };
    } catch (error) {
      return { refusal: error as RealtimeException };
    }
  }

  private async passInTurn(request: RealtimeRequest, turn: Turn): Promise<void> {
    if (turn.ready) await turn.ready;
    await this.pass(request);
  }

  private async settle(verdicts: ReadonlyMap<string, Promise<Verdict>>): Promise<[string, Verdict][]> {
    return Promise.all(
      [...verdicts].map(async ([channel, verdict]): Promise<[string, Verdict]> => [channel, await verdict]),
    );
  }

  private replyTo(
    connection: RealtimeConnection,
    item: SubscribeFrame | null,
    settled: readonly [string, Verdict][],
  ): SubscribeReply | RefusalReply {
    const verdict: Verdict = (item && settled.find(([channel]) => channel === item.channel)?.[1]) ?? {
      refusal: new RealtimeException('BAD_REQUEST'),
    };
    if ('refusal' in verdict) {
      this.refusals.record(verdict.refusal, { gate: 'subscribe', connection, channel: item?.channel });
      return verdict.refusal.toReply();
    }
    // A channel without history keeps no position to recover from.
    return { ok: true, channel: item!.channel, ...(item!.recover && { recovered: false }) };
  }

  /** A refusal also ends an admission of earlier: gate 2 is the single source of truth. */
  private apply(connection: RealtimeConnection, channel: string, verdict: Verdict): void {
    if ('refusal' in verdict) {
      if (!verdict.refusal.retryable) this.leave(connection, channel);
    } else if (!connection.closed) {
      const isNew = !connection.subscriptions.has(channel);
      connection.join(channel, verdict.match);
      const { descriptor } = verdict.match;
      if (isNew) this.hooks.emit('subscribed', () => ({ connection, descriptor, channel }));
    }
  }

  private leave(connection: RealtimeConnection, channel: string): void {
    const match = connection.leave(channel);
    if (match) this.hooks.emit('unsubscribed', () => ({ connection, descriptor: match.descriptor, channel }));
  }

  private unsupported(
    connection: RealtimeConnection,
    frame: { readonly channel: string } | null,
    reason: string,
    pending: PendingRequest,
  ): void {
    if (frame === null) return this.refuse(connection, pending, new RealtimeException('BAD_REQUEST'), null);
    this.inTurn(connection, frame.channel, () => {
      const code = connection.subscriptions.has(frame.channel) ? 'BAD_REQUEST' : 'NOT_SUBSCRIBED';
      this.refuse(connection, pending, new RealtimeException(code, { reason }), frame.channel);
    });
  }

  private inTurn(connection: RealtimeConnection, channel: string, run: () => void): void {
    const turn = connection.lanes.take(channel);
    const go = (): void => {
      run();
      turn.release();
    };
    if (turn.ready) void turn.ready.then(go);
    else go();
  }

  private refuse(
    connection: RealtimeConnection,
    pending: PendingRequest,
    refusal: RealtimeException,
    channel: string | null,
  ): void {
    this.refusals.record(refusal, { gate: 'subscribe', connection, channel });
    pending.refuse(refusal);
  }
}
