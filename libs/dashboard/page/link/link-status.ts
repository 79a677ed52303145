// Does the page get its data, and if not, why?
import type { PublicUser } from '@nestjs-realtime/contract';
import type { RealtimeError } from '@nestjs-realtime/client';

/**
 * - `connecting`: nothing has been shown yet.
 * - `live`: the data is current and frames arrive.
 * - `reconnecting`: the data is out of date; the client tries again by itself.
 * - `refused`: the visitor has no right to see the data.
 * - `failed`: the server ended the connection or subscription for another reason; the visitor may try again.
 */
export type LinkState = 'connecting' | 'live' | 'reconnecting' | 'refused' | 'failed';

export interface LinkStatus {
  readonly state: LinkState;
  /** The user that the server has authenticated; null if anonymous or not known yet. */
  readonly user: PublicUser | null;
  readonly reason?: RealtimeError;
}

/** Codes for which other credentials may help. */
const REFUSALS: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'REVOKED', 'EXPIRED']);

/** The state after the server has ended the connection or subscription for good. */
export function endedState(reason: RealtimeError | undefined): 'refused' | 'failed' {
  return REFUSALS.has(reason?.code ?? '') ? 'refused' : 'failed';
}
