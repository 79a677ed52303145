// Which events did a channel have before? rt:history, for clients that are subscribed to it.
import { Injectable } from '@nestjs/common';
import type { LiveConnection } from '../connections/live.connection.js';
import { RefusalLog } from '../guards/refusal.log.js';
import { RealtimeException } from '../realtime.exception.js';
import type { PendingRequest } from './pending-request.js';
import { parseHistory } from './request-frames.js';

/** No channel has history yet, so every request is refused: with `BAD_REQUEST` for subscribers, with `NOT_SUBSCRIBED` for others. */
@Injectable()
export class HistoryRequests {
  constructor(private readonly refusals: RefusalLog) {}

  history(connection: LiveConnection, frame: unknown, pending: PendingRequest): void {
    const channel = parseHistory(frame)?.channel;
    const refuse = (refusal: RealtimeException): void => {
      this.refusals.record(refusal, { gate: 'message', connection, channel });
      pending.refuse(refusal);
    };
    if (channel === undefined) return refuse(new RealtimeException('BAD_REQUEST'));
    connection.lanes.run(channel, () => {
      const code = connection.subscriptions.has(channel) ? 'BAD_REQUEST' : 'NOT_SUBSCRIBED';
      refuse(new RealtimeException(code, { reason: 'the channel has no history' }));
    });
  }
}
