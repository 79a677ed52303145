// Who connects nodes over Redis? This module, with and without history, and the adapters of Socket.IO.
import type { Contestant } from '../harness/scenario.js';
import type { ClusterPeerName } from '../peers/peer.js';

export type ClusterContestant = Contestant & { readonly peer: ClusterPeerName };

export const NODE: ClusterContestant = { peer: 'node', label: 'nestjs-realtime' };
export const LOG_NODE: ClusterContestant = { peer: 'log-node', label: 'nestjs-realtime, history' };

export const CLUSTER_CONTESTANTS: readonly ClusterContestant[] = [
  NODE,
  LOG_NODE,
  { peer: 'redis-adapter', label: 'socket.io, Redis adapter', reference: 'redis' },
  { peer: 'sharded-adapter', label: 'socket.io, sharded adapter' },
  { peer: 'streams-adapter', label: 'socket.io, Streams adapter', reference: 'streams' },
];
