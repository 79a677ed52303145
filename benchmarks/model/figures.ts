// Which costs does the model count with, and which benchmark measured each? All of one machine, which `docs/scale.md` names.
import type { Costs } from './costs.js';

export interface Figure {
  readonly value: number;
  /** The scenario of `npm run bench`, or the command, that prints it. */
  readonly measuredBy: string;
  readonly what: string;
  /** The same where many come at once: in bursts, and wherever a process or Redis is busy. */
  readonly gathered?: { readonly value: number; readonly measuredBy: string };
}

type FiguresOf<Group> = { readonly [Name in keyof Group]: Figure };
type Figures = { readonly [Group in keyof Costs]: FiguresOf<Costs[Group]> };

const figure = (value: number, measuredBy: string, what: string, gathered?: Figure['gathered']): Figure => ({
  ...{ value, measuredBy, what },
  ...(gathered && { gathered }),
});
const inBursts = (value: number, measuredBy: string) => ({ value, measuredBy });

/** Where each event comes alone: one in each turn of the event loop, and one in each write. */
export const FIGURES: Figures = {
  node: {
    broadcast: figure(128, 'calibration', 'broadcast', inBursts(15, 'cluster')),
    historyBroadcast: figure(38, 'calibration', 'broadcast with history, in addition', inBursts(6.5, 'cluster')),
    received: figure(60, 'calibration', 'event of another node', inBursts(1.2, 'cluster')),
    write: figure(4.7, 'calibration', 'write to a member'),
    frame: figure(0.1, 'cluster', 'event in a write (burst, less the writes)'),
    request: figure(16, 'calibration', 'message with its acknowledgement', inBursts(14, 'inbound')),
    connect: figure(214, 'crowd', 'connection of a user'),
    subscribe: figure(59, 'crowd', 'subscription'),
    presenceChange: figure(
      54,
      'presence',
      'user that enters or leaves a channel with presence',
      inBursts(4.2, 'presence'),
    ),
    presenceFold: figure(2.7, 'presence', 'change of another node, folded'),
    connectionSecond: figure(2.8, 'crowd', 'second of an idle connection, heartbeats included'),
    nodeSecond: figure(1_230, 'calibration', 'second of an idle node'),
  },
  redis: {
    publish: figure(15.4, 'calibration', 'publish', inBursts(2, 'cluster-nodes')),
    historyPublish: figure(33.6, 'calibration', 'publish with history, in addition', inBursts(11, 'cluster-nodes')),
    frameOut: figure(6.3, 'calibration', 'event to a node', inBursts(0.8, 'cluster-nodes')),
    presenceChange: figure(40, 'presence', 'user that enters or leaves', inBursts(2.7, 'presence')),
    beat: figure(220, 'presence', 'beat of a node, with the pings until the next'),
    revocationNode: figure(15, 'presence', 'revocation, for each node'),
    serverSecond: figure(1_030, 'crowd', 'second of an idle server'),
  },
  memory: {
    node: figure(134e6, 'crowd', 'node without connections, resident'),
    connection: figure(12_400, 'crowd', 'connection of a user, heap and external, with its first two subscriptions'),
    subscription: figure(100, 'idle-memory', 'subscription'),
    redisMember: figure(185, 'presence', 'member on a node, in Redis'),
    redisInterest: figure(232, 'presence', 'channel that a node listens to, in Redis'),
  },
};

/** Where each event comes alone. This errs upward wherever much happens. */
export const COSTS: Costs = costsOf(({ value }) => value);
/** Where events gather, as they do in a busy process. This errs downward wherever little happens. */
export const GATHERED_COSTS: Costs = costsOf(({ value, gathered }) => gathered?.value ?? value);

function costsOf(valueOf: (figure: Figure) => number): Costs {
  return {
    node: valuesOf(FIGURES.node, valueOf),
    redis: valuesOf(FIGURES.redis, valueOf),
    memory: valuesOf(FIGURES.memory, valueOf),
  };
}

function valuesOf<Group>(figures: FiguresOf<Group>, valueOf: (figure: Figure) => number): Group {
  return Object.fromEntries(Object.entries<Figure>(figures).map(([name, figure]) => [name, valueOf(figure)])) as Group;
}
