// What does the dashboard observe? All collectors, and what they share.
import type { DiscoveryService } from '@nestjs/core';
import type { RealtimeHooks, RealtimeStats } from 'nestjs-realtime';
import type { IRealtimeServer } from 'nestjs-realtime/adapters';
import { BusEventsCollector } from '../collectors/bus-events.collector.js';
import { ChannelsCollector } from '../collectors/channels.collector.js';
import { ConnectionsCollector } from '../collectors/connections.collector.js';
import { HandlersCollector } from '../collectors/handlers.collector.js';
import { NodeCollector, type OwnNode } from '../collectors/node.collector.js';
import { secondOf } from '../collectors/per-second.js';
import { PresenceCollector, type SeenPresence } from '../collectors/presence.collector.js';
import { TrafficCollector } from '../collectors/traffic.collector.js';
import { TroubleCollector } from '../collectors/trouble.collector.js';
import type { RealtimeDashboardOptions } from '../dashboard.options.js';
import { findQueues } from '../jobs/find-queues.js';
import { QueuesPanel } from '../jobs/queues.panel.js';
import { PayloadView } from '../payloads/payload-view.js';
import { RowStream } from '../rows/row.stream.js';
import { Stories } from '../rows/stories.js';
import type { Totals } from '../wire/feed.frames.js';

/** Counts that visit every connection or subscription; taken at most once a second. */
interface SlowCounts {
  readonly second: number;
  readonly stats: RealtimeStats;
  readonly connections: number;
  readonly users: number;
  readonly subscriptions: number;
  readonly deliveries: number;
}

export class Observations {
  readonly stream = new RowStream();
  readonly node: NodeCollector;
  readonly queues = new QueuesPanel(this.stream);
  readonly connections: ConnectionsCollector;
  readonly channels: ChannelsCollector;
  readonly handlers: HandlersCollector;
  /** How payloads are shown. */
  readonly view: PayloadView;
  private readonly presence: PresenceCollector;
  private readonly traffic: TrafficCollector;
  private readonly trouble: TroubleCollector;
  private readonly bus: BusEventsCollector;
  private counted: SlowCounts | null = null;
  private ownDeliveries = 0;

  /** Starts to listen to the hooks. */
  constructor(
    hooks: RealtimeHooks,
    private readonly server: IRealtimeServer,
    private readonly options: RealtimeDashboardOptions,
    own: OwnNode,
    presence: SeenPresence,
  ) {
    this.node = new NodeCollector(own);
    const stories = new Stories();
    const view = (this.view = new PayloadView(options.payloads, options.redact));
    this.presence = new PresenceCollector(presence);
    this.connections = new ConnectionsCollector(hooks);
    this.channels = new ChannelsCollector(hooks, (channel) => this.presence.membersIn(channel));
    this.handlers = new HandlersCollector(hooks);
    this.traffic = new TrafficCollector(this.stream, stories, view).listen(hooks);
    this.trouble = new TroubleCollector(this.stream, this.connections, options.role).listen(hooks);
    this.bus = new BusEventsCollector(this.stream, stories, view, hooks);
  }

  /** Also listens to the event buses and queues among the application's providers. */
  async discover(discovery: DiscoveryService): Promise<void> {
    await this.bus.listen(discovery);
    await this.queues.listen(this.options.queues ?? findQueues(discovery));
  }

  /** The counts of this second. */
  counts(at: number): SlowCounts {
    const second = secondOf(at);
    if (this.counted?.second !== second) this.recount(at);
    return this.counted!;
  }

  recount(at: number): void {
    const stats = this.server.stats();
    const deliveries = stats.deliveries - this.ownDeliveries;
    this.counted = { second: secondOf(at), stats, ...this.connections.counts(), deliveries };
  }

  /** Viewers that a frame was sent to. */
  discount(deliveries: number): void {
    this.ownDeliveries += deliveries;
  }

  totals(at: number): Totals {
    const { stats, connections, users, subscriptions } = this.counts(at);
    const { queuedBytes } = stats;
    const rates = { ...this.traffic.rates(at), ...this.presence.rates(at) };
    return { connections, users, subscriptions, ...rates, ...this.trouble.counts(), queuedBytes };
  }

  async close(): Promise<void> {
    this.bus.close();
    this.node.unwatch();
    await this.queues.close();
  }
}
