// What does a client hear that needs the log or the snapshot of a channel, when it cannot be had?
import { RealtimeException } from '../realtime.exception.js';

export const LATE_LOG = new RealtimeException('UNAVAILABLE', {
  reason: 'the log of the channel could not be read in time',
});

export const LATE_ENTRANCE = new RealtimeException('UNAVAILABLE', {
  reason: 'the log or the snapshot of the channel did not come in time',
});

/** A broker that breaks its promise to reject with a refusal is one that is not available. */
export function refusalOfLog(cause: unknown): RealtimeException {
  if (cause instanceof RealtimeException) return cause;
  return new RealtimeException('UNAVAILABLE', { reason: 'the log of the channel could not be read', cause });
}
