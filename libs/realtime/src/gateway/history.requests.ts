// Which events did a channel have before? rt:history, for clients that are subscribed to it.
import { Injectable } from '@nestjs/common';
import { type HistoryFrame, type HistoryReply, MAX_HISTORY_PAGE } from '@nestjs-realtime/contract';
import type { ChannelMatch } from '../connections/channel-match.js';
import { withDeadline } from '../connections/deadline.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { RefusalLog } from '../guards/refusal.log.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';
import { ChannelHistory, eventsOf } from './channel.history.js';
import { LATE_LOG, refusalOfLog } from './log-refusals.js';
import type { PendingRequest } from './pending-request.js';
import { parseHistory } from './request-frames.js';

/** Serves pages of logs. Each request is answered once. */
@Injectable()
export class HistoryRequests {
  constructor(
    private readonly pages: ChannelHistory,
    private readonly refusals: RefusalLog,
    private readonly options: RealtimeOptions,
  ) {}

  history(connection: LiveConnection, frame: unknown, pending: PendingRequest): void {
    const parsed = parseHistory(frame);
    if (parsed === null) return this.refuse(connection, undefined, new RealtimeException('BAD_REQUEST'), pending);
    if (!connection.slots.enter(this.options.limits.handlersInFlight)) {
      return this.refuse(connection, parsed.channel, new RealtimeException('OVERLOADED'), pending);
    }
    void this.serve(connection, parsed, pending).finally(() => connection.slots.leave());
  }

  /** Never rejects. */
  private async serve(connection: LiveConnection, frame: HistoryFrame, pending: PendingRequest): Promise<void> {
    const { channel, since, limit = MAX_HISTORY_PAGE } = frame;
    const turn = connection.lanes.take(channel);
    try {
      if (turn.ready) await turn.ready;
      const { registered } = readable(connection, channel);
      const reading = this.pages.part(channel, since, Math.min(limit, MAX_HISTORY_PAGE));
      const part = await withDeadline(reading, this.options.requestTimeout, () => LATE_LOG);
      // The subscription may have ended meanwhile.
      readable(connection, channel);
      const reply: HistoryReply = { ok: true, events: eventsOf(part, registered), position: part.position };
      pending.answer(reply);
    } catch (error) {
      this.refuse(connection, channel, refusalOfLog(error), pending);
    } finally {
      turn.release();
    }
  }

  private refuse(
    connection: LiveConnection,
    channel: string | undefined,
    refusal: RealtimeException,
    pending: PendingRequest,
  ): void {
    this.refusals.record(refusal, { gate: 'message', connection, channel });
    pending.refuse(refusal);
  }
}

/** @throws RealtimeException if the connection may not read the channel's log, or there is none. */
function readable(connection: LiveConnection, channel: string): ChannelMatch {
  const match = connection.subscriptions.get(channel);
  if (match === undefined) throw new RealtimeException('NOT_SUBSCRIBED', { reason: 'not subscribed to the channel' });
  if (match.registered.log === null) {
    throw new RealtimeException('BAD_REQUEST', { reason: 'the channel has no history' });
  }
  return match;
}
