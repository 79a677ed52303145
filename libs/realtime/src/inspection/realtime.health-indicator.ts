// Is this node well? An indicator for @nestjs/terminus, which is not imported: it only has to look like one.
import { Injectable } from '@nestjs/common';
import { IRealtimeServer, type RealtimeStats } from '../connections/realtime.server.js';

/** What a health check shows of realtime. */
export interface RealtimeHealth {
  readonly status: 'up' | 'down';
  readonly state: RealtimeStats['state'];
  readonly connections: number;
  readonly fanOut: RealtimeStats['fanOut'];
}

/**
 * Up while new connections are let in; down before the application listens, and from the moment it closes, so that a load balancer
 * looks elsewhere while handlers in flight finish.
 *
 * @example
 * @Get() @HealthCheck() check() { return this.health.check([() => this.realtime.isHealthy()]); }
 */
@Injectable()
export class RealtimeHealthIndicator {
  constructor(private readonly server: IRealtimeServer) {}

  isHealthy<const Key extends string = 'realtime'>(key?: Key): Promise<Record<Key, RealtimeHealth>> {
    const { state, connections, fanOut } = this.server.stats();
    const health: RealtimeHealth = { status: state === 'accepting' ? 'up' : 'down', state, connections, fanOut };
    return Promise.resolve({ [key ?? 'realtime']: health } as Record<Key, RealtimeHealth>);
  }
}
