// Which applications, sizes and storms does the page show?
import type { Machines, Site } from './capacity.js';
import { COSTS, GATHERED_COSTS } from './figures.js';
import type { Storm } from './storm.js';
import type { Workload } from './workload.js';

const GIGABYTE = 1e9;
const TEN_GIGABITS = 1.25e9;

export const MACHINES: Machines = {
  nodeMemory: 4 * GIGABYTE,
  redisMemory: 16 * GIGABYTE,
  nodeNetwork: TEN_GIGABITS,
  redisNetwork: TEN_GIGABITS,
};
export const SITE: Site = { costs: COSTS, gathered: GATHERED_COSTS, machines: MACHINES };

export const NODE_COUNTS = [10, 30, 100, 300, 1_000];
export const CONNECTIONS_PER_NODE = 10_000;

/** Chat rooms: each message goes to a hundred others, each room shows who is here. */
export const CHAT: Workload = {
  connections: 1_000_000,
  subscriptionsPerConnection: 10,
  membersPerChannel: 100,
  requestsPerConnection: 1 / 60,
  broadcastsPerConnection: 1 / 60,
  historyShare: 0.5,
  framesPerWrite: 1,
  eventBytes: 250,
  sessionSeconds: 1_800,
  presenceChannels: 1,
  revocationsPerSecond: 1,
};

export const APPLICATIONS: readonly { readonly name: string; readonly load: Workload }[] = [
  { name: 'chat: 100 in a room, a message a minute each, half of the rooms with history, presence in one', load: CHAT },
  {
    name: 'notifications: a channel of its own for each user, an event every 5 minutes, history',
    load: {
      ...CHAT,
      ...{ subscriptionsPerConnection: 1, membersPerChannel: 1, presenceChannels: 0, historyShare: 1 },
      ...{ requestsPerConnection: 0, broadcastsPerConnection: 1 / 300 },
    },
  },
  {
    name: 'prices: 10,000 on each of 100 channels, 20 events a second, `flush` gathers 4',
    load: {
      ...CHAT,
      ...{ subscriptionsPerConnection: 1, membersPerChannel: 10_000, presenceChannels: 0, historyShare: 0 },
      ...{ requestsPerConnection: 0, broadcastsPerConnection: 20 / 10_000, framesPerWrite: 4 },
    },
  },
  {
    name: 'documents: 5 in each, 2 changes a second from one of them, history and presence',
    load: {
      ...CHAT,
      ...{ subscriptionsPerConnection: 1, membersPerChannel: 5, presenceChannels: 1, historyShare: 1 },
      ...{ requestsPerConnection: 2 / 5, broadcastsPerConnection: 2 / 5 },
    },
  },
];

export function chatOn(nodes: number): Workload {
  return { ...CHAT, connections: nodes * CONNECTIONS_PER_NODE };
}

/** A region of as many connections as the one that takes them. */
export function regionStorm(nodes: number, masters: number, authenticationsPerSecond: number): Storm {
  const load = chatOn(nodes);
  return {
    returning: load.connections,
    load,
    nodes,
    masters,
    authenticationsPerSecond,
    pendingPerNode: 1_000,
    retrySeconds: 0.5,
    maxRetrySeconds: 30,
    jitter: 0.5,
  };
}
