// What is an attack? Something bounded that is done to a fresh fixture, and what must still hold afterwards.
import type { Target } from './target.js';

export interface Attack {
  readonly name: string;
  /** One sentence for `--list`. */
  readonly tries: string;
  /** Options of the fixture beside the defaults. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Whether it takes the authenticator away, so that the bystander may be refused until it is back. */
  readonly outage?: boolean;
  /** Most bytes, in MB, by which the process may grow while the attack runs. Default `DEFAULT_GROWTH_MB`. */
  readonly growthMb?: number;
  /** Does it, and tells the target of every documented bound that was broken. Ends within `MOST_SECONDS`. */
  run(target: Target): Promise<void>;
}

/** No attack may hold the event loop for longer. */
export const MOST_STALL_MS = 500;
/** The heap has 256 MB; a crowd of connections that is let in takes some of it. */
export const DEFAULT_GROWTH_MB = 160;
/** What the heap may have grown by once all have gone: code that was compiled meanwhile, and noise. */
export const MOST_HEAP_LEFT_MB = 8;
/** An attack that has not ended by then is broken off. */
export const MOST_SECONDS = 25;
