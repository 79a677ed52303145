// Is this node healthy, and does it reach the others? An indicator for @nestjs/terminus. It has the shape of one without importing the library.
import { Injectable } from '@nestjs/common';
import { type BrokerHealth, IRealtimeBroker } from '../broker/realtime.broker.js';
import { IRealtimeServer, type RealtimeStats } from '../connections/realtime.server.js';
import { RealtimeOptions } from '../realtime.options.js';

/** The result of the health check. */
export interface RealtimeHealth {
  readonly status: 'up' | 'down';
  readonly state: RealtimeStats['state'];
  readonly nodeId: string;
  readonly connections: number;
  readonly fanOut: RealtimeStats['fanOut'];
  /** Whether this node reaches the others, since when (ISO 8601), and why not. It does not change `status`. */
  readonly broker: Pick<BrokerHealth, 'state' | 'reason'> & { readonly since: string };
}

/**
 * Up while new connections are accepted. Down before the application listens and once it begins to close, so that a load balancer uses
 * other nodes while running handlers finish. A node whose broker is `degraded` is up: it serves its own clients, and where the engine is away
 * from all nodes, none would be left. With `mode: 'publisher'`, up while the broker is.
 *
 * @example
 * @Get() @HealthCheck() check() { return this.health.check([() => this.realtime.isHealthy()]); }
 */
@Injectable()
export class RealtimeHealthIndicator {
  constructor(
    private readonly server: IRealtimeServer,
    private readonly broker: IRealtimeBroker,
    private readonly options: RealtimeOptions,
  ) {}

  isHealthy<const Key extends string = 'realtime'>(key?: Key): Promise<Record<Key, RealtimeHealth>> {
    const { state, connections, fanOut } = this.server.stats();
    const { nodeId, mode } = this.options;
    const { since, ...broker } = this.broker.health();
    const isUp = mode === 'publisher' ? broker.state === 'ok' : state === 'accepting';
    const health: RealtimeHealth = {
      status: isUp ? 'up' : 'down',
      ...{ state, nodeId, connections, fanOut },
      broker: { ...broker, since: since.toISOString() },
    };
    return Promise.resolve({ [key ?? 'realtime']: health } as Record<Key, RealtimeHealth>);
  }
}
