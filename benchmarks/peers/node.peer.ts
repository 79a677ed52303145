// What does a node of this module cost? Its own peer, on the Redis that connects the nodes; the feed keeps no events.
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import type { Peer, PeerSettings } from './peer.js';
import { startRealtimePeer } from './realtime.peer.js';

export function startPeer(settings: PeerSettings): Promise<Peer> {
  return startNode(settings, false);
}

export function startNode({ redisPort }: PeerSettings, hasHistory: boolean): Promise<Peer> {
  return startRealtimePeer({ broker: new RedisRealtimeBroker({ url: `redis://127.0.0.1:${redisPort}` }), hasHistory });
}
