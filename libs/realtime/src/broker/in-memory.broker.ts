// How does an event reach the clients of a single node, and how does it remember? At once and in its memory, because there is no other node.
import { Injectable } from '@nestjs/common';
import type { Position } from '@nestjs-realtime/contract';
import type { EncodedEvent } from '../connections/encoded-event.js';
import { newNodeId } from '../connections/node-id.js';
import { InMemoryPresenceStore } from './in-memory.presence.store.js';
import { type LogPage, randomName } from './log-frame.js';
import type { IRealtimePresenceStore } from './presence.store.js';
import { MemoryLog } from './memory-log.js';
import {
  type BrokerHealth,
  type BrokerNode,
  type BrokerSink,
  type CommandOutcome,
  IRealtimeBroker,
  type LogTerms,
} from './realtime.broker.js';

/** How often logs that have expired are dropped, in milliseconds. */
const SWEEP_EVERY = 10_000;

/** The default broker, for an application that runs as one process. Its logs begin a new epoch with each start of the process. */
@Injectable()
export class InMemoryRealtimeBroker extends IRealtimeBroker {
  override readonly isLocal: boolean = true;
  private sink: BrokerSink | null = null;
  private readonly logs = new Map<string, MemoryLog>();
  /** Of all logs that begin from now on. A log without events need not be kept, because it can begin again. */
  private epoch = randomName();
  private readonly startedAt = new Date();
  private timer: NodeJS.Timeout | null = null;
  private nodeId = '';
  private readonly presence = new InMemoryPresenceStore(() => this.nodeId);

  override start(sink: BrokerSink | null, node?: BrokerNode): Promise<void> {
    this.sink = sink;
    this.nodeId = node?.nodeId ?? newNodeId();
    return Promise.resolve();
  }

  override stop(): Promise<void> {
    this.sink = null;
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    return Promise.resolve();
  }

  override publish(event: EncodedEvent, log?: LogTerms): Promise<Position | null> {
    if (log === undefined) return Promise.resolve(null);
    const [channel] = event.channels;
    const now = performance.now();
    const kept = this.logFor(channel, log.known);
    const { epoch, tag: prev } = kept;
    const known = log.idempotencyKey === undefined ? undefined : kept.known(log.idempotencyKey, now);
    if (known !== undefined) return Promise.resolve({ epoch, offset: known });
    const { event: name, json, except, trace } = event;
    const logged = {
      event: name,
      json,
      ...(except !== undefined && { except }),
      ...(trace !== undefined && { trace }),
    };
    const entry = kept.append(logged, log, now);
    this.sink?.receive({ channel, epoch, prev, ...entry });
    return Promise.resolve({ epoch, offset: entry.offset });
  }

  override watch(channel: string): Promise<void> {
    this.logOf(channel).isWatched = true;
    return Promise.resolve();
  }

  override unwatch(channel: string): void {
    const log = this.logs.get(channel);
    if (log === undefined) return;
    log.isWatched = false;
    if (log.isOver(performance.now())) this.forget(channel, log);
  }

  override read(channel: string, from: number | null, limit = Infinity): Promise<LogPage> {
    const log = this.logs.get(channel) ?? new MemoryLog(this.epoch);
    return Promise.resolve(log.read(from, limit, performance.now()));
  }

  override positions(channels: readonly string[]): Promise<readonly (Position | null)[]> {
    const positions = channels.map((channel) => {
      const log = this.logs.get(channel);
      return log === undefined ? null : { epoch: log.epoch, offset: log.top };
    });
    return Promise.resolve(positions);
  }

  override fork(channel: string, epoch: string): Promise<void> {
    if (this.logs.get(channel)?.epoch === epoch) this.begin(channel);
    return Promise.resolve();
  }

  override command(): Promise<CommandOutcome> {
    return Promise.resolve({ acknowledged: [], missing: [] });
  }

  override health(): BrokerHealth {
    return { state: 'ok', since: this.startedAt };
  }

  override presenceStore(): IRealtimePresenceStore {
    return this.presence;
  }

  private logFor(channel: string, known: Position | undefined): MemoryLog {
    const log = this.logOf(channel);
    return known?.epoch === log.epoch && known.offset > log.top ? this.begin(channel) : log;
  }

  /** Begins a new epoch. */
  private begin(channel: string): MemoryLog {
    const next = new MemoryLog(randomName());
    next.isWatched = this.logs.get(channel)?.isWatched ?? false;
    this.logs.set(channel, next);
    return next;
  }

  private logOf(channel: string): MemoryLog {
    let log = this.logs.get(channel);
    if (log === undefined) this.logs.set(channel, (log = new MemoryLog(this.epoch)));
    this.timer ??= setInterval(() => this.sweep(), SWEEP_EVERY).unref();
    return log;
  }

  private sweep(): void {
    const now = performance.now();
    for (const [channel, log] of this.logs) {
      if (log.isOver(now)) this.forget(channel, log);
      else log.sweep(now);
    }
  }

  /** A log with events must not begin again in its epoch: an offset that a client has kept would mean another event. */
  private forget(channel: string, log: MemoryLog): void {
    this.logs.delete(channel);
    if (log.top > 0) this.epoch = randomName();
  }
}
