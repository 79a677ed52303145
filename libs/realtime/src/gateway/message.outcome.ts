// How did a message end, and where is that recorded? In the counters, the hooks and the log.
import { Injectable, Logger } from '@nestjs/common';
import type { ChannelMatch } from '../connections/channel-match.js';
import type { InboundMessage, MessageRequest } from '../connections/message-request.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { RealtimeCounters } from '../connections/realtime.counters.js';
import { RefusalLog } from '../guards/refusal.log.js';
import { internalError } from '../instrumentation/internal-error.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';

@Injectable()
export class MessageOutcome {
  private readonly logger = new Logger('Realtime');

  constructor(
    private readonly refusals: RefusalLog,
    private readonly counters: RealtimeCounters,
    private readonly hooks: RealtimeHooks,
  ) {}

  /** Call it when work on a message begins. Returns the time in milliseconds, or 0 when no listener needs the duration. */
  begun(): number {
    this.counters.inFlight++;
    return this.hooks.hears('handled') ? performance.now() : 0;
  }

  /** Call it when a message has been answered. `code` is null on success. */
  ended(request: MessageRequest, code: string | null, begunAt: number): void {
    const { connection, channel, message } = request;
    this.counters.inFlight--;
    if (channel === null || begunAt === 0 || !this.hooks.hears('handled')) return;
    const durationMs = performance.now() - begunAt;
    // A listener reads the cause, to find the broadcasts that result from the message.
    this.hooks.causing(request, () =>
      this.hooks.emit('handled', () => ({ connection, channel, message, code, durationMs })),
    );
  }

  /**
   * Records and returns the refusal for an error. An error that is not a `RealtimeException` becomes an internal error. `match` is the
   * channel of a message that has begun: its sender may have left the channel since.
   */
  refusalOf(
    error: unknown,
    connection: LiveConnection,
    message: InboundMessage | null,
    match?: ChannelMatch | null,
  ): RealtimeException {
    const refusal =
      error instanceof RealtimeException
        ? error
        : internalError(this.logger, `the reply on channel ${message?.channel}`, error);
    this.refusals.record(refusal, {
      gate: 'message',
      connection,
      channel: message?.channel,
      message: message?.message,
      ...(match !== undefined && { match }),
    });
    return refusal;
  }
}
