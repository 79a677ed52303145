// Peer 5: what does a WebSocket server without Socket.IO cost? `ws` and a plain loop over the members.
import { WebSocket } from 'ws';
import type { Peer } from './peer.js';
import { startPlainServer } from './plain-server.js';

export function startPeer(): Promise<Peer> {
  return startPlainServer((members, text) => {
    for (const member of members) if (member.readyState === WebSocket.OPEN) member.send(text);
  });
}
