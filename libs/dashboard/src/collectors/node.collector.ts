// How is this process doing? One row; every other node has a dashboard of its own.
import { hostname } from 'node:os';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { RealtimeStats } from 'nestjs-realtime';
import type { NodeRow } from '../wire/feed.frames.js';
import { cutName } from '../rows/cut.js';

/** How often the event loop is sampled, in milliseconds. */
const RESOLUTION = 20;

export class NodeCollector {
  private readonly nodeId = cutName(`${hostname()}:${process.pid}`);
  private readonly delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION });

  /** Starts sampling the event loop. It runs only while the dashboard has viewers. */
  watch(): void {
    this.delay.enable();
  }

  unwatch(): void {
    this.delay.disable();
    this.delay.reset();
  }

  rows({ state, fanOut }: RealtimeStats, connections: number): readonly NodeRow[] {
    const loopLagMs = this.loopLag();
    const uptimeSeconds = Math.floor(process.uptime());
    const rssBytes = process.memoryUsage.rss();
    return [{ nodeId: this.nodeId, state, fanOut, connections, uptimeSeconds, rssBytes, loopLagMs }];
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
