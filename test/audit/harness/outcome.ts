// How did it end? What was measured of one attack, and what of it is wrong.
import type { FixtureStats } from '../../fixture/fixture.process.js';
import type { Sizes } from './sizes.js';

export interface Outcome {
  readonly name: string;
  /** The process lives, its control server answers, and the bystander was served from beginning to end. */
  readonly survived: boolean;
  readonly stallMs: number;
  readonly workedMs: number;
  readonly bytesBefore: number;
  readonly bytesPeak: number;
  readonly heapBefore: number;
  /** What a full collection leaves once everybody has gone; null when the process has died. */
  readonly heapAfter: number | null;
  /** Sizes that are not what they were before anybody came. */
  readonly left: Sizes;
  /** The last `/stats`; null when the process has died. */
  readonly last: FixtureStats | null;
  readonly roundTrips: number;
  readonly worstRoundTripMs: number;
  /** Everything that must not be, as sentences; none when all held. */
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}
