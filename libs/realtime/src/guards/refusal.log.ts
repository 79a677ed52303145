// Where is a refusal of a gate recorded? In the counters, the `refused` hook and the debug log.
import { Injectable, Logger } from '@nestjs/common';
import { RealtimeCounters } from '../connections/realtime.counters.js';
import type { RealtimeConnection } from '../connections/realtime.connection.js';
import type { RealtimeGate } from '../connections/realtime-request.js';
import { quotedForLog } from '../instrumentation/log-text.js';
import type { RealtimeException } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';

/** Where a refusal happened. */
export interface RefusalPlace {
  readonly gate: RealtimeGate;
  readonly connection: RealtimeConnection | null;
  readonly channel?: string | null;
  readonly event?: string | null;
}

/** Counts every refusal, passes the precise reason to the `refused` hook, and logs it at debug level. */
@Injectable()
export class RefusalLog {
  private readonly logger = new Logger('Realtime');

  constructor(
    private readonly counters: RealtimeCounters,
    private readonly hooks: RealtimeHooks,
  ) {}

  record(refusal: RealtimeException, { gate, connection, channel = null, event = null }: RefusalPlace): void {
    this.counters.refused(refusal.code);
    const reason = refusal.reason ?? refusal.message;
    this.hooks.emit('refused', () => ({ gate, code: refusal.code, reason, connection, channel, event }));
    if (!Logger.isLevelEnabled('debug')) return;
    const place = channel === null ? gate : `${gate} of ${quotedForLog(channel)}`;
    this.logger.debug(
      `Refused ${refusal.code} at ${place} for ${quotedForLog(connection?.user?.userId ?? 'anonymous')}: ${quotedForLog(reason)}`,
    );
  }
}
