// What must a peer implement? As little of a server as possible; everything else belongs to the harness.
import type { FeedItem } from '../workload.js';

/** Names of the peers; each has a file `<name>.peer.ts` that exports `startPeer`. */
export type PeerName =
  'bare' | 'nest' | 'nest-ws' | 'realtime' | 'dashboard' | 'lists' | 'ws' | 'floor' | ClusterPeerName;

/** Peers whose nodes share a Redis. */
export type ClusterPeerName = 'node' | 'log-node' | 'redis-adapter' | 'sharded-adapter' | 'streams-adapter';

/** Settings that a peer is started with. */
export interface PeerSettings {
  /** Whether it needs the handlers with a DTO, a schema, a guard, a pipe; a Nest gateway pays for each of them per connection. */
  readonly variants: boolean;
  /** Port of the Redis that connects the nodes of a cluster; 0 for a peer on its own. */
  readonly redisPort: number;
}

/** How the wire looks beyond Socket.IO's own framing. */
export type Dialect = 'plain' | 'realtime';

/** A server under test, listening on a port of its own. */
export interface Peer {
  readonly port: number;
  /** Path of the WebSocket endpoint, as clients ask for it. */
  readonly path: string;
  readonly dialect: Dialect;
  /** Sends one item to every member of the feed. */
  broadcast(item: FeedItem): unknown;
  /** Sends one item to every member of the room of that number. */
  broadcastToRoom(room: number, item: FeedItem): unknown;
  /** Connections that are open now. */
  connectionCount(): number;
  /** Asks all nodes who is in the feed, and counts them; where a peer can. */
  countMembers?(): Promise<number>;
}
