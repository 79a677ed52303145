// Where is a refusal of a gate recorded? In the counters, the `refused` hook and the debug log.
import { Injectable, Logger } from '@nestjs/common';
import type { ChannelAddress } from '@nestjs-realtime/contract';
import { RealtimeCounters } from '../connections/realtime.counters.js';
import type { LiveConnection } from '../connections/live.connection.js';
import type { ChannelMatch } from '../connections/channel-match.js';
import type { RealtimeGate } from '../connections/realtime-request.js';
import { InternalError, OutageError } from '../instrumentation/internal-error.js';
import { quotedForLog } from '../instrumentation/log-text.js';
import type { RealtimeException } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';

/** Where a refusal happened. */
export interface RefusalPlace {
  readonly gate: RealtimeGate;
  readonly connection: LiveConnection | null;
  /** Concrete name, as the client wrote it. */
  readonly channel?: string | null;
  /** The channel of that name, if it is known; null if not. Default: one that the connection is subscribed to. */
  readonly match?: ChannelMatch | null;
  /** Name of the message. */
  readonly message?: string | null;
}

/** Counts every refusal, passes the precise reason to the `refused` hook, and logs it at debug level. */
@Injectable()
export class RefusalLog {
  private readonly logger = new Logger('Realtime');

  constructor(
    private readonly counters: RealtimeCounters,
    private readonly hooks: RealtimeHooks,
  ) {}

  record(refusal: RealtimeException, place: RefusalPlace): void {
    const { gate, connection, channel: name = null, message = null } = place;
    const { code, cause, message: text } = refusal;
    const reason = refusal.reason ?? text;
    this.counters.refused(code);
    this.hooks.emit('refused', () => ({
      gate,
      code,
      reason,
      ...(cause !== undefined && { cause }),
      connection: connection?.view ?? null,
      channel: channelOf(place),
      name,
      message,
      ...((refusal instanceof InternalError || refusal instanceof OutageError) && {
        correlationId: refusal.correlationId,
      }),
    }));
    if (!Logger.isLevelEnabled('debug')) return;
    const where = name === null ? gate : `${gate} of ${quotedForLog(name)}`;
    this.logger.debug(
      `Refused ${code} at ${where} for ${quotedForLog(connection?.user?.userId ?? 'anonymous')}: ${quotedForLog(reason)}`,
    );
  }
}

function channelOf({ connection, channel, match }: RefusalPlace): ChannelAddress | null {
  if (match !== undefined) return match?.address ?? null;
  return (channel && connection?.subscriptions.get(channel)?.address) || null;
}
