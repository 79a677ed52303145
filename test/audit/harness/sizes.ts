// Is everything given back? Every number of `/stats` that counts something held, by name.
import type { FixtureStats } from '../../fixture/fixture.process.js';

export type Sizes = Readonly<Record<string, number>>;

/** Numbers that say how the process is, or what has happened since it began. */
const NO_SIZES = new Set(['rss', 'heapUsed', 'loopLagMaxMs', 'unhandled', 'authCalls', 'guardsInFlightMax', 'timers']);

/** Also those that are added to `/stats` later: whatever is a number and not known to be something else. */
export function sizesOf(stats: FixtureStats): Sizes {
  return Object.fromEntries(
    Object.entries(stats).filter(([name, value]) => typeof value === 'number' && !NO_SIZES.has(name)),
  );
}

/** Those of `after` that are not as in `base`. */
export function notAtBase(base: Sizes, after: Sizes): Sizes {
  return Object.fromEntries(Object.entries(after).filter(([name, size]) => size !== base[name]));
}
