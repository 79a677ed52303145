// Which credentials does a connection use, and why are they asked for?
import type { Credentials } from '@nestjs-realtime/contract';
import type { ResolvedOptions } from './client-options.js';
import { RealtimeError } from './realtime-error.js';

/**
 * Why the client asks for credentials:
 * - `connect`: before an attempt to connect.
 * - `refused`: the server has refused those of the last attempt with `UNAUTHENTICATED`. Do not take them from a cache; after a second
 *   refusal the client stops.
 * - `expiring`: the server has announced that the credentials of the open connection expire.
 * - `authenticate`: `authenticate()` was called.
 */
export type AuthReason = 'connect' | 'refused' | 'expiring' | 'authenticate';

/** What `auth()` is called with. */
export interface AuthRequest {
  /** Aborts when the client no longer waits for the credentials. */
  readonly signal: AbortSignal;
  readonly reason: AuthReason;
}

/** Fresh credentials from the application. @throws RealtimeError its own, or a retryable `UNAVAILABLE` around anything else. */
export async function fetchCredentials({ auth }: ResolvedOptions, request: AuthRequest): Promise<Credentials> {
  try {
    return ((await auth?.(request)) ?? {}) as Credentials;
  } catch (cause) {
    if (RealtimeError.is(cause)) throw cause;
    throw new RealtimeError('UNAVAILABLE', 'auth() threw or rejected; `cause` has its error.', {
      retryable: true,
      cause,
    });
  }
}
