// What does an error mean to the peer?
import { types } from 'node:util';
import { HttpException } from '@nestjs/common';
import type { RefusalCode } from '@nestjs-realtime/contract';
import { WsException } from '@nestjs/websockets';
import { hasExpired, type RealtimeUser } from '../authorization/realtime-user.js';
import { RealtimeException } from '../realtime.exception.js';

/**
 * The same denial for every cause: an unknown channel, a scope, or a guard. A user whose credentials have expired gets the answer of an
 * anonymous client, because new credentials may help.
 *
 * Security note: the answers must be byte-equal, else they reveal which channels exist. The reason goes to the log only.
 */
export function denied(user: RealtimeUser | null, reason: string, cause?: unknown): RealtimeException {
  const isAnonymous = user === null || hasExpired(user);
  return new RealtimeException(isAnonymous ? 'UNAUTHENTICATED' : 'FORBIDDEN', { reason, cause });
}

/** The refusal for an error thrown by a guard; null if the error is unexpected. A guard's own texts and details are never sent. */
export function refusalOfGuard(error: unknown, user: RealtimeUser | null): RealtimeException | null {
  if (error instanceof RealtimeException) {
    return isDenial(error.code) ? denied(user, error.reason ?? error.message, error) : error;
  }
  if (error instanceof WsException) return denied(user, error.message, error);
  if (!(error instanceof HttpException)) return null;
  const code = STATUS_CODES[error.getStatus()];
  return code === undefined || isDenial(code) || code === 'INVALID_PAYLOAD'
    ? denied(user, error.message, error)
    : new RealtimeException(code, { reason: error.message, cause: error });
}

/**
 * The refusal for an error thrown by a handler, its pipes or interceptors; null if the error is unexpected. An abort error of a handler
 * whose signal was aborted is expected: else any client that disconnects could fill the log.
 */
export function refusalOfHandler(error: unknown, aborted: Error | null = null): RealtimeException | null {
  if (error instanceof RealtimeException) return error;
  if (aborted !== null && isAbort(error, aborted)) {
    return aborted instanceof RealtimeException
      ? aborted
      : new RealtimeException('UNAVAILABLE', { reason: aborted.message, cause: error });
  }
  return refusalOfStatus(error);
}

/**
 * The refusal for what an authenticator or a connect guard threw; null if the error is unexpected. A code and an HTTP status keep their
 * meaning, because no channel can be found out there. The texts are still the guard's own.
 */
export function refusalAtConnect(error: unknown, user: RealtimeUser | null): RealtimeException | null {
  if (error instanceof RealtimeException && isDenial(error.code)) {
    return new RealtimeException(error.code, { reason: error.reason ?? error.message, cause: error.cause ?? error });
  }
  return error instanceof HttpException ? refusalOfStatus(error) : refusalOfGuard(error, user);
}

/** Null for any other error, and for a status without a code. */
export function refusalOfStatus(error: unknown): RealtimeException | null {
  if (!(error instanceof HttpException)) return null;
  const code = STATUS_CODES[error.getStatus()];
  return code === undefined ? null : new RealtimeException(code, { reason: error.message, cause: error });
}

/** Most guards and pipes throw Nest's HTTP exceptions. These statuses have a code of the protocol. */
const STATUS_CODES: Readonly<Record<number, RefusalCode>> = {
  400: 'INVALID_PAYLOAD',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  413: 'PAYLOAD_TOO_LARGE',
  422: 'INVALID_PAYLOAD',
  429: 'RATE_LIMITED',
  503: 'UNAVAILABLE',
};

/** `signal.throwIfAborted()` throws the reason itself; Node's own functions throw an `AbortError`. */
function isAbort(error: unknown, reason: Error): boolean {
  return error === reason || (types.isNativeError(error) && error.name === 'AbortError');
}

function isDenial(code: string): boolean {
  return code === 'FORBIDDEN' || code === 'UNAUTHENTICATED';
}
