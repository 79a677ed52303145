// What does a broadcast to many channels cost, with an exception? This module's own peer; each item goes to all rooms at once.
import { LISTED } from '../room-plan.js';
import type { Peer } from './peer.js';
import { startRealtimePeer } from './realtime.peer.js';

export function startPeer(): Promise<Peer> {
  return startRealtimePeer({ list: LISTED });
}
