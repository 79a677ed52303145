// Is `auth` safe to read and to keep? Checked at CONNECT and at rt:authenticate, before anything else uses it.
import { RealtimeException } from '../realtime.exception.js';
import { checkShape, isPlainObject, type ShapeLimits } from './payload-shape.js';

/** Credentials are one or two tokens. No honest client sends more. */
const AUTH_LIMITS: ShapeLimits = { payloadBytes: 4_096, payloadDepth: 4, payloadKeys: 64 };

/**
 * Null when `auth` is a plain object within the limits.
 *
 * Security note: reads client data.
 */
export function authRefusal(auth: unknown): RealtimeException | null {
  if (!isPlainObject(auth)) return new RealtimeException('BAD_REQUEST', { reason: 'auth is not a plain object' });
  const fault = checkShape(auth, AUTH_LIMITS);
  if (fault === null) return null;
  const reason = fault.code === 'PAYLOAD_TOO_LARGE' ? 'auth is too large' : 'auth has forbidden keys';
  return new RealtimeException('BAD_REQUEST', { reason });
}
