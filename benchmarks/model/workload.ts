// What do the users of an application do, and how much work is that in a second?
import { broadcastWork, sum, type Work, work } from './work.js';

export interface Workload {
  readonly connections: number;
  readonly subscriptionsPerConnection: number;
  readonly membersPerChannel: number;
  /** Messages that one connection sends in a second. */
  readonly requestsPerConnection: number;
  /** Broadcasts in a second for each connection: one for each message, if every message is passed on. */
  readonly broadcastsPerConnection: number;
  /** Share of the broadcasts whose channel keeps history. */
  readonly historyShare: number;
  /** Events that leave in one write to a member: 1 if each comes alone. */
  readonly framesPerWrite: number;
  /** Bytes of an event on the wire. */
  readonly eventBytes: number;
  /** How long a connection stays, in seconds. */
  readonly sessionSeconds: number;
  /** How many of a connection's channels have presence. */
  readonly presenceChannels: number;
  readonly revocationsPerSecond: number;
}

/** What runs it. */
export interface Deployment {
  readonly nodes: number;
  /** Servers of Redis that share the channels: one, or the masters of a Cluster. */
  readonly masters: number;
}

/** How often things happen in a second, in the whole deployment. */
export interface Rates {
  readonly broadcasts: number;
  readonly deliveries: number;
  /** Nodes that have a member of a channel, on average. */
  readonly interestedNodes: number;
  readonly connects: number;
  readonly presenceChanges: number;
  /** Diffs that Redis sends about them, after gathering. */
  readonly presenceDiffs: number;
}

/** Seconds between two beats of a node. */
const BEAT_SECONDS = 2;
/** Seconds for which a node gathers the changes of a channel. */
const GATHER_SECONDS = 0.1;

/** How many of `nodes` have at least one of `members` that chose their node at random. */
export function nodesWithMembers(members: number, nodes: number): number {
  return nodes * (1 - (1 - 1 / nodes) ** members);
}

export function ratesOf(load: Workload, { nodes }: Deployment): Rates {
  const broadcasts = load.connections * load.broadcastsPerConnection;
  const interestedNodes = nodesWithMembers(load.membersPerChannel, nodes);
  const connects = load.connections / load.sessionSeconds;
  const presenceChanges = 2 * connects * load.presenceChannels;
  const presenceChannels = (load.connections * load.presenceChannels) / load.membersPerChannel;
  const mostDiffs = (presenceChannels * interestedNodes) / GATHER_SECONDS;
  return {
    broadcasts,
    deliveries: broadcasts * load.membersPerChannel,
    interestedNodes,
    connects,
    presenceChanges,
    presenceDiffs: Math.min(presenceChanges, mostDiffs),
  };
}

/** The work of one second. */
export function workOf(load: Workload, deployment: Deployment): Work {
  return sum([messages(load, deployment), presence(load, deployment), upkeep(load, deployment)]);
}

function messages(load: Workload, deployment: Deployment): Work {
  const { broadcasts, interestedNodes: nodes } = ratesOf(load, deployment);
  return sum([
    broadcastWork({
      count: broadcasts,
      kept: broadcasts * load.historyShare,
      members: load.membersPerChannel,
      nodes,
      others: othersOf(nodes, deployment),
      framesPerWrite: load.framesPerWrite,
    }),
    work({ request: load.connections * load.requestsPerConnection }),
  ]);
}

/** A diff goes to all nodes and members of the channel, as a broadcast does, and each change in it is folded on each node. */
function presence(load: Workload, deployment: Deployment): Work {
  const { presenceChanges, presenceDiffs, interestedNodes: nodes } = ratesOf(load, deployment);
  const others = othersOf(nodes, deployment);
  const deliveries = presenceDiffs * load.membersPerChannel;
  return work(
    {
      presenceChange: presenceChanges,
      presenceFold: presenceChanges * others,
      received: presenceDiffs * others,
      write: deliveries,
      frame: deliveries,
    },
    { presenceChange: presenceChanges, frameOut: presenceDiffs * nodes },
  );
}

function upkeep(load: Workload, { nodes, masters }: Deployment): Work {
  const connect = load.connections / load.sessionSeconds;
  return work(
    {
      connect,
      subscribe: connect * load.subscriptionsPerConnection,
      connectionSecond: load.connections,
      nodeSecond: nodes,
    },
    {
      beat: (nodes * masters) / BEAT_SECONDS,
      revocationNode: load.revocationsPerSecond * nodes,
      serverSecond: masters,
    },
  );
}

/** The sender is any node, so it is one of those with members as often as chance has it. */
function othersOf(interested: number, { nodes }: Deployment): number {
  return (interested * (nodes - 1)) / nodes;
}
