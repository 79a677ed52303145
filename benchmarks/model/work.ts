// How much work is it? Counts of each kind, which a cost turns into CPU time.
import type { NodeCosts, RedisCosts } from './costs.js';

/** How often each kind of work is done, by all nodes together. */
export type NodeWork = { readonly [Kind in keyof NodeCosts]: number };
/** The same for all servers of Redis. */
export type RedisWork = { readonly [Kind in keyof RedisCosts]: number };

export interface Work {
  readonly node: NodeWork;
  readonly redis: RedisWork;
}

const NO_NODE_WORK: NodeWork = {
  broadcast: 0,
  historyBroadcast: 0,
  received: 0,
  write: 0,
  frame: 0,
  request: 0,
  connect: 0,
  subscribe: 0,
  presenceChange: 0,
  presenceFold: 0,
  connectionSecond: 0,
  nodeSecond: 0,
};
const NO_REDIS_WORK: RedisWork = {
  publish: 0,
  historyPublish: 0,
  frameOut: 0,
  presenceChange: 0,
  beat: 0,
  revocationNode: 0,
  serverSecond: 0,
};

export function work(node: Partial<NodeWork>, redis: Partial<RedisWork> = {}): Work {
  return { node: { ...NO_NODE_WORK, ...node }, redis: { ...NO_REDIS_WORK, ...redis } };
}

export function sum(parts: readonly Work[]): Work {
  return parts.reduce(
    (total, part) => ({ node: added(total.node, part.node), redis: added(total.redis, part.redis) }),
    work({}),
  );
}

/** Broadcasts to one channel. */
export interface Broadcasts {
  readonly count: number;
  /** How many of them are kept as history. */
  readonly kept: number;
  /** Members of the channel on all nodes. */
  readonly members: number;
  /** Nodes that have at least one of them. */
  readonly nodes: number;
  /** How many of those nodes are not the sender. */
  readonly others: number;
  /** Events that leave in one write to a member: 1 if each comes alone. */
  readonly framesPerWrite: number;
}

export function broadcastWork({ count, kept, members, nodes, others, framesPerWrite }: Broadcasts): Work {
  const deliveries = count * members;
  return work(
    {
      broadcast: count,
      historyBroadcast: kept,
      received: count * others,
      write: deliveries / framesPerWrite,
      frame: deliveries,
    },
    { publish: count, historyPublish: kept, frameOut: count * nodes },
  );
}

/** CPU microseconds. */
export function cpuOf<Kind extends string>(
  done: Readonly<Record<Kind, number>>,
  costs: Readonly<Record<Kind, number>>,
): number {
  return Object.values<number>(cpuByKind(done, costs)).reduce((total, micros) => total + micros, 0);
}

/** CPU microseconds of each kind. */
export function cpuByKind<Kind extends string>(
  done: Readonly<Record<Kind, number>>,
  costs: Readonly<Record<Kind, number>>,
): Record<Kind, number> {
  const kinds = Object.keys(done) as Kind[];
  return Object.fromEntries(kinds.map((kind) => [kind, done[kind] * costs[kind]])) as Record<Kind, number>;
}

function added<Kind extends string>(one: Readonly<Record<Kind, number>>, other: Readonly<Record<Kind, number>>) {
  const kinds = Object.keys(one) as Kind[];
  return Object.fromEntries(kinds.map((kind) => [kind, one[kind] + other[kind]])) as Record<Kind, number>;
}
