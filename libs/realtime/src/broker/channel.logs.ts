// Which logs does this node follow? Those of channels with history that have members here, or that a connection is entering.
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Position } from '@nestjs-realtime/contract';
import type { ChannelMatch } from '../connections/channel-match.js';
import { type MemberChannel, Membership } from '../connections/channel.membership.js';
import { IRealtimeServer } from '../connections/realtime.server.js';
import { IRealtimeTracer } from '../instrumentation/realtime.tracer.js';
import { RealtimeOptions } from '../realtime.options.js';
import { BrokerCounts } from './broker.counts.js';
import { ChannelLog } from './channel-log.js';
import { LimitedReads } from './limited-reads.js';
import { Lingering } from './lingering.js';
import { LogDelivery } from './log-delivery.js';
import { LogEntrance } from './log-entrance.js';
import type { LogFrame } from './log-frame.js';
import { IRealtimeBroker } from './realtime.broker.js';

/** A log of which nothing was heard for one to two of these times is compared with the engine's, and then each second time; in milliseconds. */
const TICK = 5_000;
/** Positions that are asked for at once. */
const AT_ONCE = 100;

@Injectable()
export class ChannelLogs implements OnApplicationShutdown {
  private readonly logs = new Lingering<ChannelLog>((log) => log.close());
  private readonly delivery: LogDelivery;
  private readonly source: LimitedReads;
  private timer: NodeJS.Timeout | null = null;
  private isAway = false;

  constructor(
    private readonly broker: IRealtimeBroker,
    private readonly options: RealtimeOptions,
    membership: Membership,
    server: IRealtimeServer,
    readonly counts: BrokerCounts,
    tracer: IRealtimeTracer,
  ) {
    this.delivery = new LogDelivery(server, counts, tracer);
    this.source = new LimitedReads(broker);
    counts.watch('log', () => this.logs.size);
    membership.watch({
      firstIn: (channel: MemberChannel) => void (channel.registered.log !== null && this.hold(channel)),
      lastOut: (channel: MemberChannel) => void (channel.registered.log !== null && this.logs.release(channel.name)),
    });
  }

  /** Logs that are followed. */
  get size(): number {
    return this.logs.size;
  }

  /** Calls `listener` when the members of a channel have to begin again, in the tick in which they must leave. */
  onReset(listener: (channel: string) => void): void {
    this.delivery.onReset = listener;
  }

  /** Where this node stands in a log that it follows and that is live. */
  positionOf(channel: string): Position | undefined {
    const log = this.logs.get(channel);
    return log?.isLive === true ? log.position : undefined;
  }

  /** Follows the log of a channel until `release` is called as often. */
  hold(match: ChannelMatch): ChannelLog {
    this.timer ??= setInterval(() => void this.checkSilent(), TICK).unref();
    return this.logs.hold(match.name, (name) => {
      const log = new ChannelLog(name, this.source, this.delivery.of(match));
      if (this.isAway) log.gone();
      return log;
    });
  }

  release(channel: string): void {
    this.logs.release(channel);
  }

  /** One connection that enters a channel, and where it stood when it was a member last. */
  enter(match: ChannelMatch, recover: Position | undefined): LogEntrance {
    const log = this.hold(match);
    return new LogEntrance(log, recover, this.options.recoverBytes, () => this.release(match.name));
  }

  receive(frame: LogFrame): void {
    this.logs.get(frame.channel)?.receive(frame);
  }

  gone(): void {
    this.isAway = true;
    for (const log of this.logs.values()) log.gone();
  }

  rejoined(): void {
    this.isAway = false;
    void this.compare(this.logs.values(), (log, position) => log.rejoined(position));
  }

  /** Clients are heard until the drain is over. */
  onApplicationShutdown(): void {
    this.logs.clear();
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private checkSilent(): Promise<void> {
    const silent = this.logs.values().filter((log) => log.isLive && log.isDue());
    return this.compare(silent, (log, position) => log.check(position));
  }

  /** Never rejects. A log whose position is unknown finds out by itself. */
  private async compare(
    logs: readonly ChannelLog[],
    then: (log: ChannelLog, position: Position | null) => void,
  ): Promise<void> {
    for (let from = 0; from < logs.length && !this.isAway; from += AT_ONCE) {
      const some = logs.slice(from, from + AT_ONCE);
      const positions = await this.broker.positions(some.map(({ channel }) => channel)).catch(() => []);
      if (!this.isAway) some.forEach((log, index) => then(log, positions[index] ?? null));
    }
  }
}
