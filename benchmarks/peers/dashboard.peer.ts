// What does the dashboard cost? This module's own peer with the dashboard in it, where every client is an admin.
import { Injectable } from '@nestjs/common';
import { RealtimeDashboardModule } from '@nestjs-realtime/dashboard';
import { IRealtimeAuthenticator, type RealtimeUser } from 'nestjs-realtime';
import type { Peer } from './peer.js';
import { startRealtimePeer } from './realtime.peer.js';

@Injectable()
class AnyClientIsAdmin extends IRealtimeAuthenticator {
  async authenticate(): Promise<RealtimeUser> {
    return { userId: 'admin', roles: ['admin'] };
  }
}

export function startPeer(): Promise<Peer> {
  return startRealtimePeer({ authenticator: AnyClientIsAdmin, imports: [RealtimeDashboardModule.forRoot()] });
}
