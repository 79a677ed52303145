// Why does work in progress stop? Its subscription or its connection has ended.
import type { ByeFrame, EvictionCode } from '@nestjs-realtime/contract';
import { RealtimeException } from '../realtime.exception.js';

export const HAS_ENDED = 'The connection has ended';

/** The refusal of a message that was in progress when its subscription ended. */
export function evictionOf(code: EvictionCode, retryable: boolean): RealtimeException {
  const reason = `the subscription has ended: ${code}`;
  return new RealtimeException(retryable ? 'UNAVAILABLE' : 'FORBIDDEN', { reason });
}

/** The refusal of a message that was in progress when its connection ended. */
export function endOf({ code }: ByeFrame): RealtimeException {
  const reason = `the connection has ended: ${code}`;
  return new RealtimeException(code === 'EXPIRED' ? 'UNAUTHENTICATED' : 'FORBIDDEN', { reason });
}
