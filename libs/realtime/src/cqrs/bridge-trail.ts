// Has an event come of the entry that is about to forward it? Then forwarding it again would go on for ever.
import { AsyncLocalStorage } from 'node:async_hooks';
import { RealtimeFault } from '../realtime.exception.js';
import { type BridgeRoute, describeRoute } from './bridge-entry.js';

/** How often in a row a route may forward what has come of itself, once its earlier forwarding is over. */
const MAX_ROUNDS = 8;

/** One forwarding, and the one that has led to it. */
export class BridgeTrail {
  private static readonly current = new AsyncLocalStorage<BridgeTrail>();
  private open = true;
  private told = false;

  private constructor(
    private readonly route: BridgeRoute,
    private readonly from: BridgeTrail | undefined,
  ) {}

  /** The forwarding that the running code belongs to. */
  static here(): BridgeTrail | undefined {
    return BridgeTrail.current.getStore();
  }

  /** Runs a forwarding; whatever it leads to, now or later, is within it. */
  static async within(route: BridgeRoute, from: BridgeTrail | undefined, run: () => Promise<void>): Promise<void> {
    const trail = new BridgeTrail(route, from);
    try {
      await BridgeTrail.current.run(trail, run);
    } finally {
      trail.open = false;
    }
  }

  /**
   * Whether forwarding by this route would be a loop: while the route is still forwarding what has led here, at once; afterwards when
   * it has gone on for some rounds. Not sooner, because a timer or a connection that a mapper has opened is within its first
   * forwarding for good, and what it brings later is no loop.
   */
  isLoop(route: BridgeRoute, laterRounds = 0): boolean {
    const rounds = laterRounds + (this.route === route ? 1 : 0);
    if (rounds > laterRounds && (this.open || rounds >= MAX_ROUNDS)) return true;
    return this.from?.isLoop(route, rounds) ?? false;
  }

  /** True once: telling of a loop may itself be what goes round. */
  tellOnce(): boolean {
    const isFirst = !this.told;
    this.told = true;
    return isFirst;
  }
}

/** What is told of a loop. */
export function loopFault(route: BridgeRoute): RealtimeFault {
  return new RealtimeFault(
    `${describeRoute(route)} was asked to forward an event that has come of its own forwarding, and did not; publish no such event from its mapper, nor from listeners of the broadcasts it makes.`,
  );
}
