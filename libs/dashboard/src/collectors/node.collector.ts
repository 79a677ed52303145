// How is this process doing? Its figures, with the longest delay of the event loop since they were told last.
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { RealtimeStats } from 'nestjs-realtime';
import type { IRealtimeBroker, RealtimeNodes } from 'nestjs-realtime/adapters';
import type { NodeFigures } from '../wire/feed.frames.js';

/** How often the event loop is sampled, in milliseconds. */
const RESOLUTION = 20;

/** What the figures are taken from. */
export interface OwnNode {
  readonly nodes: Pick<RealtimeNodes, 'nodeId' | 'version'>;
  readonly broker: Pick<IRealtimeBroker, 'isLocal' | 'health'>;
}

/** Counts without the dashboard's own traffic. */
export type OwnCounts = Pick<NodeFigures, 'connections' | 'users' | 'subscriptions' | 'deliveries'>;

/** Each place that tells figures has its own, because the delay begins again for each. */
export class NodeCollector {
  private readonly delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION });

  constructor(private readonly own: OwnNode) {}

  get nodeId(): string {
    return this.own.nodes.nodeId;
  }

  /** Starts sampling the event loop. It runs only while the dashboard has viewers. */
  watch(): void {
    this.delay.enable();
  }

  unwatch(): void {
    this.delay.disable();
    this.delay.reset();
  }

  figures({ state, fanOut }: RealtimeStats, counts: OwnCounts): NodeFigures {
    const { connections, users, subscriptions, deliveries } = counts;
    const { broker, nodes } = this.own;
    return {
      ...{ state, fanOut, connections, users, subscriptions, deliveries },
      broker: broker.isLocal ? null : broker.health().state,
      version: nodes.version,
      uptimeSeconds: Math.floor(process.uptime()),
      rssBytes: process.memoryUsage.rss(),
      loopLagMs: this.loopLag(),
    };
  }

  /** Starts a new measurement: `loopLagMs` is the longest delay since this was last called. */
  forgetLag(): void {
    this.delay.reset();
  }

  private loopLag(): number {
    const longest = this.delay.max / 1_000_000 - RESOLUTION;
    return Number.isFinite(longest) ? Math.max(0, Math.round(longest * 10) / 10) : 0;
  }
}
