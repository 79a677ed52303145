// Is this node healthy? An indicator for @nestjs/terminus. It has the shape of one without importing the library.
import { Injectable } from '@nestjs/common';
import { IRealtimeServer, type RealtimeStats } from '../connections/realtime.server.js';

/** The result of the health check. */
export interface RealtimeHealth {
  readonly status: 'up' | 'down';
  readonly state: RealtimeStats['state'];
  readonly connections: number;
  readonly fanOut: RealtimeStats['fanOut'];
}

/**
 * Up while new connections are accepted. Down before the application listens and once it begins to close, so that a load balancer uses
 * other nodes while running handlers finish.
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
