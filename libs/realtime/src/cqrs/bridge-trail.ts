// Did this entry's own forwarding cause the event it is about to forward? Then forwarding it again would never end.
import { AsyncLocalStorage } from 'node:async_hooks';
import { RealtimeFault } from '../realtime.exception.js';
import { type BridgeRoute, describeRoute } from './bridge-entry.js';

/** How often in a row a route may forward events it caused itself, once its earlier forwarding is over. */
const MAX_ROUNDS = 8;

/** One forwarding, and the one that caused it. */
export class BridgeTrail {
  private static readonly current = new AsyncLocalStorage<BridgeTrail>();
  private open = true;
  private reported = false;

  private constructor(
    private readonly route: BridgeRoute,
    private readonly from: BridgeTrail | undefined,
  ) {}

  /** The forwarding that the running code belongs to. */
  static here(): BridgeTrail | undefined {
    return BridgeTrail.current.getStore();
  }

  /** Runs a forwarding. Everything it causes, now or later, belongs to it. */
  static async within(route: BridgeRoute, from: BridgeTrail | undefined, run: () => Promise<void>): Promise<void> {
    const trail = new BridgeTrail(route, from);
    try {
      await BridgeTrail.current.run(trail, run);
    } finally {
      trail.open = false;
    }
  }

  /**
   * Whether forwarding by this route would be a loop. True at once if this route's own forwarding, still running, caused the event;
   * later only after `MAX_ROUNDS`, because a timer or socket that a mapper opened inherits its async context for ever.
   */
  isLoop(route: BridgeRoute, laterRounds = 0): boolean {
    const rounds = laterRounds + (this.route === route ? 1 : 0);
    if (rounds > laterRounds && (this.open || rounds >= MAX_ROUNDS)) return true;
    return this.from?.isLoop(route, rounds) ?? false;
  }

  /** True once, because the report of a loop may itself be part of the loop. */
  tellOnce(): boolean {
    const isFirst = !this.reported;
    this.reported = true;
    return isFirst;
  }
}

/** How a loop is reported. */
export function loopFault(route: BridgeRoute): RealtimeFault {
  return new RealtimeFault(
    `${describeRoute(route)} was asked to forward an event that has come of its own forwarding, and did not; publish no such event from its mapper, nor from listeners of the broadcasts it makes.`,
  );
}
