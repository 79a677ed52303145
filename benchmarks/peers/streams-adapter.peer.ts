// What does a node of Socket.IO cost with its adapter for Redis streams?
import { createAdapter } from '@socket.io/redis-streams-adapter';
import { Redis } from 'ioredis';
import { startBarePeer } from './bare.peer.js';
import type { Peer, PeerSettings } from './peer.js';

export function startPeer({ redisPort }: PeerSettings): Promise<Peer> {
  return startBarePeer({ adapter: createAdapter(new Redis(redisPort)) as never });
}
