// Does the page see what it wants to show, and if not, why?
import type { PublicUser } from '@nestjs-realtime/contract';
import type { RealtimeError } from '@nestjs-realtime/client';

/**
 * - `connecting`: nothing has been shown yet.
 * - `live`: frames come.
 * - `reconnecting`: what is shown is old; another attempt follows by itself.
 * - `refused`: the server does not let this visitor see it.
 * - `failed`: the server ended it for another reason; trying again is the visitor's choice.
 */
export type LinkState = 'connecting' | 'live' | 'reconnecting' | 'refused' | 'failed';

export interface LinkStatus {
  readonly state: LinkState;
  /** Who the server says we are; null is anonymous, or not known yet. */
  readonly user: PublicUser | null;
  readonly reason?: RealtimeError;
}

/** Codes that mean that other credentials may help. */
const REFUSALS: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'REVOKED', 'EXPIRED']);

/** The state after the server has ended something for good. */
export function endedState(reason: RealtimeError | undefined): 'refused' | 'failed' {
  return REFUSALS.has(reason?.code ?? '') ? 'refused' : 'failed';
}
