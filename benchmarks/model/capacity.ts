// How full is each resource, which one is full first, and how much more would fit?
import type { Costs } from './costs.js';
import { cpuOf } from './work.js';
import { type Deployment, ratesOf, type Workload, workOf } from './workload.js';

/** What a machine offers. */
export interface Machines {
  /** Bytes of memory for a node, and for a server of Redis. */
  readonly nodeMemory: number;
  readonly redisMemory: number;
  /** Bytes a second that leave a node, and a server of Redis. */
  readonly nodeNetwork: number;
  readonly redisNetwork: number;
}

export const RESOURCES = [
  'node CPU',
  'node memory',
  'node network',
  'Redis CPU',
  'Redis memory',
  'Redis network',
] as const;
export type Resource = (typeof RESOURCES)[number];
export type Utilisation = Readonly<Record<Resource, number>>;

/** How full each resource may be. Above it, queues grow faster than throughput. */
export const FULL: Utilisation = {
  'node CPU': 0.7,
  'node memory': 0.8,
  'node network': 0.7,
  'Redis CPU': 0.5,
  'Redis memory': 0.6,
  'Redis network': 0.7,
};

export interface Site {
  /** Where each event comes alone. */
  readonly costs: Costs;
  /** Where events come together. */
  readonly gathered: Costs;
  readonly machines: Machines;
}

const MICROS = 1e6;

/** A node and a server of Redis have one thread for this work, so each has one core. */
export function utilisationOf(load: Workload, deployment: Deployment, site: Site): Utilisation {
  const { costs, gathered, machines } = site;
  const { nodes, masters } = deployment;
  const done = workOf(load, deployment);
  const { deliveries, presenceDiffs, interestedNodes, broadcasts } = ratesOf(load, deployment);
  const toClients = (deliveries + presenceDiffs * load.membersPerChannel) * load.eventBytes;
  const channels = (load.connections * load.subscriptionsPerConnection) / load.membersPerChannel;
  const members = load.connections * load.presenceChannels;
  return {
    'node CPU': busyShare(
      cpuOf(done.node, costs.node) / nodes / MICROS,
      cpuOf(done.node, gathered.node) / nodes / MICROS,
    ),
    'node memory': (costs.memory.node + memoryOfConnections(load, costs) / nodes) / machines.nodeMemory,
    'node network': (toClients + broadcasts * load.eventBytes) / nodes / machines.nodeNetwork,
    'Redis CPU': busyShare(
      cpuOf(done.redis, costs.redis) / masters / MICROS,
      cpuOf(done.redis, gathered.redis) / masters / MICROS,
    ),
    'Redis memory':
      (members * costs.memory.redisMember + channels * interestedNodes * costs.memory.redisInterest) /
      masters /
      machines.redisMemory,
    'Redis network': (done.redis.frameOut * load.eventBytes) / masters / machines.redisNetwork,
  };
}

/**
 * How busy a process is that would be `alone` busy if each event came alone, and `gathered` busy if none did. An event finds the process idle, and has
 * to wake it, as often as it is idle: busy = gathered + (alone - gathered) (1 - busy). One that gets more than it can do is never idle.
 */
export function busyShare(alone: number, gathered: number): number {
  return gathered >= 1 ? gathered : alone / (1 + alone - gathered);
}

/** The resource that is nearest to its limit. */
export function bottleneckOf(utilisation: Utilisation): Resource {
  const pressure = (resource: Resource): number => utilisation[resource] / FULL[resource];
  return RESOURCES.reduce((worst, resource) => (pressure(resource) > pressure(worst) ? resource : worst));
}

export function fits(utilisation: Utilisation): boolean {
  return RESOURCES.every((resource) => utilisation[resource] <= FULL[resource]);
}

const MOST_MASTERS = 1_024;

/** The fewest servers of Redis with which none of their resources is over its limit; null where more do not help. */
export function mastersNeeded(load: Workload, nodes: number, site: Site): number | null {
  for (let masters = 1; masters <= MOST_MASTERS; masters++) {
    const used = utilisationOf(load, { nodes, masters }, site);
    const ofRedis = RESOURCES.filter((resource) => resource.startsWith('Redis'));
    if (ofRedis.every((resource) => used[resource] <= FULL[resource])) return masters;
  }
  return null;
}

/** The fewest nodes with which nothing is over its limit, and the servers of Redis that they need; null where more do not help. */
export function deploymentFor(load: Workload, site: Site): Deployment | null {
  const fitting = (nodes: number): Deployment | null => {
    const masters = mastersNeeded(load, nodes, site);
    return masters !== null && fits(utilisationOf(load, { nodes, masters }, site)) ? { nodes, masters } : null;
  };
  let enough = 1;
  while (fitting(enough) === null) if ((enough *= 2) > 16_384) return null;
  let few = enough / 2;
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2);
    if (fitting(middle) === null) few = middle;
    else enough = middle;
  }
  return fitting(enough);
}

/** By how much the messages and broadcasts may grow until a resource is over its limit; 0 if one is already without them. */
export function growthUntilFull(load: Workload, deployment: Deployment, site: Site): number {
  const at = (factor: number): boolean => fits(utilisationOf(busier(load, factor), deployment, site));
  if (!at(0)) return 0;
  let [low, high] = [0, 1];
  while (at(high) && high < 1e9) [low, high] = [high, 2 * high];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (at(middle)) low = middle;
    else high = middle;
  }
  return low;
}

export function busier(load: Workload, factor: number): Workload {
  return {
    ...load,
    requestsPerConnection: factor * load.requestsPerConnection,
    broadcastsPerConnection: factor * load.broadcastsPerConnection,
  };
}

function memoryOfConnections(load: Workload, { memory }: Costs): number {
  return load.connections * (memory.connection + load.subscriptionsPerConnection * memory.subscription);
}
