// How long does an event take? A queue in front of the node that sends it, of Redis, and of the node that delivers it.
import { type Site, utilisationOf } from './capacity.js';
import { cpuByKind, cpuOf } from './work.js';
import { type Deployment, ratesOf, type Workload, workOf } from './workload.js';

/** One kind of job in a queue: how many come in a second, and the microseconds that each takes. */
export interface Jobs {
  readonly perSecond: number;
  readonly micros: number;
}

const MICROS = 1e6;
const P99 = 0.01;
/** Seconds between two heartbeats of a connection. */
const HEARTBEAT_SECONDS = 25;

/**
 * The 99th percentile of the wait, in milliseconds, of one server with random arrivals (M/G/1). The mean is that of Pollaczek and Khinchine; the
 * tail counts as exponential, which is exact for heavy traffic and errs upward otherwise. Infinite where more comes than is served.
 */
export function waitP99(jobs: readonly Jobs[]): number {
  const busy = jobs.reduce((sum, { perSecond, micros }) => sum + (perSecond * micros) / MICROS, 0);
  if (busy >= 1) return Infinity;
  if (busy <= P99) return 0;
  const second = jobs.reduce((sum, { perSecond, micros }) => sum + perSecond * (micros / MICROS) ** 2, 0);
  const meanOfWaiting = second / (2 * (1 - busy)) / busy;
  return 1_000 * meanOfWaiting * Math.log(busy / P99);
}

/** Milliseconds from the call that broadcasts to the last write: the sum of the parts' own 99th percentiles, so it errs upward. */
export function latencyP99(load: Workload, deployment: Deployment, site: Site): number {
  const { node, redis } = queuesOf(load, deployment, site);
  const { costs } = site;
  const members = load.membersPerChannel / ratesOf(load, deployment).interestedNodes;
  const delivery =
    costs.node.received + (members * (costs.node.write + load.framesPerWrite * costs.node.frame)) / load.framesPerWrite;
  const own = costs.node.broadcast + costs.redis.publish + delivery;
  return 2 * waitP99(node) + waitP99(redis) + own / 1_000;
}

/** What one node, and one server of Redis, has to do. The busier they are, the less each job takes. */
function queuesOf(load: Workload, deployment: Deployment, site: Site): { node: Jobs[]; redis: Jobs[] } {
  const { costs } = site;
  const { nodes, masters } = deployment;
  const done = workOf(load, deployment);
  const rates = ratesOf(load, deployment);
  const used = utilisationOf(load, deployment, site);
  const micros = cpuByKind(done.node, costs.node);
  const all = cpuOf(done.node, costs.node);
  // An event and its writes are one job: nothing else runs between them.
  const fanOuts = (rates.broadcasts + rates.presenceDiffs) * rates.interestedNodes;
  const ofFanOut = (micros.received + micros.write + micros.frame) / all;
  const heartbeats = done.node.connectionSecond / HEARTBEAT_SECONDS;
  const others = done.node.broadcast + done.node.request + done.node.connect + done.node.subscribe + heartbeats;
  const busy = used['node CPU'] * MICROS;
  const redisJobs = done.redis.publish + done.redis.presenceChange + done.redis.beat;
  return {
    node: [jobs(fanOuts / nodes, busy * ofFanOut), jobs(others / nodes, busy * (1 - ofFanOut))],
    redis: [jobs(redisJobs / masters, used['Redis CPU'] * MICROS)],
  };
}

/** Jobs that take so many microseconds of each second together. */
function jobs(perSecond: number, microsOfSecond: number): Jobs {
  return { perSecond, micros: perSecond === 0 ? 0 : microsOfSecond / perSecond };
}
