// What becomes of a message, and who learns of it? The counters, the hooks and the log.
import { Injectable, Logger } from '@nestjs/common';
import type { RefusalCode } from '@nestjs-realtime/contract';
import type { RealtimeContext } from '../connections/realtime-context.js';
import type { RealtimeConnection } from '../connections/realtime.connection.js';
import { RealtimeCounters } from '../connections/realtime.counters.js';
import { RefusalLog } from '../guards/refusal.log.js';
import { internalError } from '../instrumentation/internal-error.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import type { ParsedMessage } from './request-frames.js';

@Injectable()
export class MessageOutcome {
  private readonly logger = new Logger('Realtime');

  constructor(
    private readonly refusals: RefusalLog,
    private readonly counters: RealtimeCounters,
    private readonly hooks: RealtimeHooks,
  ) {}

  /** A message is being worked on. Returns the moment in milliseconds, 0 where no listener wants to know how long it takes. */
  begun(): number {
    this.counters.inFlight++;
    return this.hooks.hears('handled') ? performance.now() : 0;
  }

  /** It has been answered; `code` is null where the answer was yes. */
  ended({ connection, descriptor, channel, event }: RealtimeContext, code: RefusalCode | null, begunAt: number): void {
    this.counters.inFlight--;
    if (descriptor === null || begunAt === 0) return;
    const milliseconds = performance.now() - begunAt;
    this.hooks.emit('handled', () => ({ connection, descriptor, channel, event, code, milliseconds }));
  }

  /** The refusal that an error means, recorded. What no gate and no handler meant is an internal error. */
  refusalOf(error: unknown, connection: RealtimeConnection, message: ParsedMessage | null): RealtimeException {
    const refusal =
      error instanceof RealtimeException
        ? error
        : internalError(this.logger, `the reply on channel ${message?.channel}`, error);
    this.refusals.record(refusal, { gate: 'message', connection, channel: message?.channel, event: message?.event });
    return refusal;
  }
}
