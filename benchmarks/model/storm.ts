// How long until all are back, when a whole region loses its connections at once? A fluid of clients, in steps of a tenth of a second.
import { type Site, utilisationOf } from './capacity.js';
import type { Workload } from './workload.js';

export interface Storm {
  /** Connections that are lost, and come to the nodes that are left. */
  readonly returning: number;
  /** What those nodes carry already. */
  readonly load: Workload;
  readonly nodes: number;
  readonly masters: number;
  /** Authentications a second that the identity provider answers, for all nodes together. */
  readonly authenticationsPerSecond: number;
  /** `limits.pendingAuthentications` of a node: more are refused. */
  readonly pendingPerNode: number;
  /** The client's `retryDelay`, `maxRetryDelay` and `jitter`; the delay doubles with each attempt. */
  readonly retrySeconds: number;
  readonly maxRetrySeconds: number;
  readonly jitter: number;
}

export interface StormStep {
  readonly seconds: number;
  readonly back: number;
  /** Admitted to the queue of authentications. */
  readonly waiting: number;
  /** Refused, until the next attempt. */
  readonly away: number;
}

export interface StormCourse {
  readonly steps: readonly StormStep[];
  /** Seconds until all are back; Infinity if that is not within an hour. */
  readonly seconds: number;
  readonly refusals: number;
  /** What bounds the rate at which clients come back. */
  readonly limit: 'node CPU' | 'Redis CPU' | 'identity provider';
  readonly perSecond: number;
}

const STEP = 0.1;
const LONGEST = 3_600;
const MICROS = 1e6;
/** Refusals take no more than this share of what is left: the rest of the attempts wait in the kernel until they time out. */
const REFUSING = 0.5;

export function stormOf(storm: Storm, site: Site): StormCourse {
  const { perSecond, limit, refusalsPerSecond } = ratesOf(storm, site);
  const attempts = new Attempts(storm);
  const places = storm.nodes * storm.pendingPerNode;
  let [waiting, back, refusals] = [0, 0, 0];
  const steps: StormStep[] = [{ seconds: 0, back: 0, waiting: 0, away: storm.returning }];
  for (let step = 0; step * STEP < LONGEST; step++) {
    const arrived = attempts.take(step);
    const come = arrived.reduce((sum, count) => sum + count, 0);
    const admitted = Math.min(come, places - waiting + perSecond * STEP);
    waiting += admitted;
    const refused = come - admitted;
    // What refusals cost is missing for admissions.
    const lost =
      limit === 'node CPU' && refusalsPerSecond > 0 ? Math.min(REFUSING, refused / STEP / refusalsPerSecond) : 0;
    const served = Math.min(waiting, perSecond * STEP * (1 - lost));
    waiting -= served;
    back += served;
    refusals += refused;
    if (come > 0) arrived.forEach((count, attempt) => attempts.retry(step, attempt + 1, (count * refused) / come));
    steps.push({ seconds: (step + 1) * STEP, back, waiting, away: storm.returning - back - waiting });
    if (storm.returning - back < 0.5) return { steps, seconds: (step + 1) * STEP, refusals, limit, perSecond };
  }
  return { steps, seconds: Infinity, refusals, limit, perSecond };
}

/** How many may come back in a second, by what bounds it. */
function ratesOf(storm: Storm, site: Site): Pick<StormCourse, 'limit' | 'perSecond'> & { refusalsPerSecond: number } {
  const { load, nodes, masters, authenticationsPerSecond } = storm;
  const { node, redis } = site.costs;
  const used = utilisationOf(load, { nodes, masters }, site);
  const perReturn =
    node.connect + load.subscriptionsPerConnection * node.subscribe + load.presenceChannels * node.presenceChange;
  const spare = Math.max(0, 1 - used['node CPU']) * MICROS * nodes;
  const spareOfRedis = Math.max(0, 1 - used['Redis CPU']) * MICROS * masters;
  const bounds = [
    { limit: 'node CPU', perSecond: spare / perReturn },
    {
      limit: 'Redis CPU',
      perSecond: load.presenceChannels === 0 ? Infinity : spareOfRedis / (load.presenceChannels * redis.presenceChange),
    },
    { limit: 'identity provider', perSecond: authenticationsPerSecond },
  ] as const;
  const least = bounds.reduce((lowest, bound) => (bound.perSecond < lowest.perSecond ? bound : lowest));
  return { ...least, refusalsPerSecond: spare / node.connect };
}

/** Who attempts when. Attempts that fail are spread over the time in which the client's delay may end. */
class Attempts {
  /** By attempt: how many more arrive in each step from this step on than in the step before. */
  private readonly changes: Map<number, number>[] = [];
  private readonly rates: number[] = [];

  constructor(private readonly storm: Storm) {
    this.retry(-1, 0, storm.returning);
  }

  /** Those of this step, by attempt. */
  take(step: number): number[] {
    return this.changes.map((changes, attempt) => {
      this.rates[attempt] = Math.max(0, this.rates[attempt] + (changes.get(step) ?? 0));
      changes.delete(step);
      return this.rates[attempt];
    });
  }

  retry(step: number, attempt: number, count: number): void {
    const { retrySeconds, maxRetrySeconds, jitter } = this.storm;
    const longest = Math.min(maxRetrySeconds, retrySeconds * 2 ** attempt);
    // All later attempts are alike.
    const index = longest === maxRetrySeconds ? Math.ceil(Math.log2(maxRetrySeconds / retrySeconds)) : attempt;
    while (this.changes.length <= index) {
      this.changes.push(new Map());
      this.rates.push(0);
    }
    if (count <= 0) return;
    const first = step + 1 + Math.floor((longest * (1 - jitter)) / STEP);
    const steps = Math.max(1, Math.ceil((longest * jitter) / STEP));
    this.change(index, first, count / steps);
    this.change(index, first + steps, -count / steps);
  }

  private change(index: number, step: number, by: number): void {
    const changes = this.changes[index];
    changes.set(step, (changes.get(step) ?? 0) + by);
  }
}
