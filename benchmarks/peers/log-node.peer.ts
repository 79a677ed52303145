// What does history cost a node of this module? As the node, with a feed whose events are kept in Redis.
import { startNode } from './node.peer.js';
import type { Peer, PeerSettings } from './peer.js';

export function startPeer(settings: PeerSettings): Promise<Peer> {
  return startNode(settings, true);
}
