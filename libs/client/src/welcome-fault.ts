// Can the connection be used to which the server has welcomed us? Not in another version, nor as an anonymous client where a user is required.
import { PROTOCOL_VERSION, type PublicUser, type WelcomeFrame } from '@nestjs-realtime/contract';
import type { ResolvedOptions } from './client-options.js';
import { RealtimeError } from './realtime-error.js';
import { sentHeaders, serverOrigin } from './server-address.js';

/** Warns where a user may have been expected. @param before the user that the client had until now. */
export function welcomeFault(
  options: ResolvedOptions,
  { protocol, user }: WelcomeFrame,
  before: PublicUser | null,
): RealtimeError | undefined {
  if ((protocol as number) !== PROTOCOL_VERSION) {
    return new RealtimeError('PROTOCOL_MISMATCH', 'The server speaks another version of the protocol.');
  }
  const { auth, requireUser = sentHeaders(options).cookie && true, logger } = options;
  if (user || requireUser === false) return undefined;
  const message = 'Connected as anonymous, did the cookie arrive? See requireUser.';
  if (requireUser) return new RealtimeError('UNAUTHENTICATED', message);
  // Browsers keep cookies from other sites, and do not say so.
  const { location = { origin: serverOrigin(options) } } = globalThis;
  if (!auth && (before || serverOrigin(options) !== location.origin)) logger?.warn(message);
  return undefined;
}
