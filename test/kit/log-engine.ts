// What can go wrong between an engine and its nodes? This one loses, doubles, swaps and delays frames, is away, and loses what it has kept.
import {
  type BrokerHealth,
  type BrokerSink,
  type EncodedEvent,
  type LogEntry,
  type LogFrame,
  type LogPage,
  type LogTerms,
} from 'nestjs-realtime/adapters';
import { RealtimeException } from 'nestjs-realtime';
import { OtherNodes } from './other-nodes.js';

type Position = NonNullable<LogTerms['known']>;

interface Kept {
  readonly epoch: string;
  top: number;
  entries: LogEntry[];
}

/** How a frame goes to one node: call `send` never, once, twice or later. */
export type Wire = (frame: LogFrame, send: (frame: LogFrame) => void) => void;

const DIRECT: Wire = (frame, send) => send(frame);

export class LogEngine {
  wire: Wire = DIRECT;
  /** Before each answer to `watch`, `read` and `positions`. */
  delay: () => Promise<void> = () => Promise.resolve();
  reads = 0;
  forks = 0;
  readonly nodes: EngineBroker[] = [];
  isAway = false;
  private readonly kept = new Map<string, Kept>();
  /** The tag before each tag. */
  readonly chain = new Map<string, string>();
  private names = 0;

  /** A broker of one more node. */
  node(): EngineBroker {
    const node = new EngineBroker(this);
    this.nodes.push(node);
    return node;
  }

  logOf(channel: string): Kept {
    let log = this.kept.get(channel);
    if (log === undefined) this.kept.set(channel, (log = this.begin(channel)));
    return log;
  }

  begin(channel: string): Kept {
    const log = { epoch: `e${++this.names}`, top: 0, entries: [] };
    this.kept.set(channel, log);
    return log;
  }

  append(channel: string, event: LogEntry['event'], size: number): Position {
    const log = this.logOf(channel);
    const prev = log.entries.at(-1)?.tag ?? '';
    const entry = { offset: ++log.top, tag: `t${++this.names}`, event };
    log.entries = [...log.entries, entry].slice(-size);
    this.chain.set(entry.tag, prev);
    for (const node of this.nodes) {
      if (node.watches(channel)) this.wire({ channel, epoch: log.epoch, prev, ...entry }, (sent) => node.hear(sent));
    }
    return { epoch: log.epoch, offset: entry.offset };
  }

  /** The newest entries are lost, as in a failover; the epoch stays. */
  lose(channel: string, count: number): void {
    const log = this.logOf(channel);
    log.entries = log.entries.slice(0, log.entries.length - count);
    log.top -= count;
  }

  /** All nodes lose what they were subscribed to. */
  goAway(): void {
    this.isAway = true;
    for (const node of this.nodes) node.sink?.gone();
  }

  comeBack(): void {
    this.isAway = false;
    for (const node of this.nodes) node.sink?.rejoined();
  }

  demand(): void {
    if (this.isAway) throw new RealtimeException('UNAVAILABLE', { reason: 'the engine is away' });
  }
}

export class EngineBroker extends OtherNodes {
  sink: BrokerSink | null = null;
  readonly watched = new Set<string>();

  constructor(private readonly engine: LogEngine) {
    super();
  }

  watches(channel: string): boolean {
    return this.watched.has(channel) && !this.engine.isAway;
  }

  hear(frame: LogFrame): void {
    this.sink?.receive(frame);
  }

  override async start(sink: BrokerSink | null): Promise<void> {
    this.sink = sink;
  }

  override async stop(): Promise<void> {
    this.sink = null;
    this.engine.nodes.splice(this.engine.nodes.indexOf(this), 1);
  }

  override async publish(event: EncodedEvent, log?: LogTerms): Promise<Position | null> {
    if (log === undefined) {
      for (const node of this.engine.nodes) {
        if (node !== this && event.channels.some((channel) => node.watches(channel))) node.sink?.deliver(event);
      }
      return null;
    }
    this.engine.demand();
    const { event: name, json, except } = event;
    const [channel] = event.channels;
    const { epoch, top } = this.engine.logOf(channel);
    if (log.known?.epoch === epoch && log.known.offset > top) this.engine.begin(channel);
    return this.engine.append(channel, { event: name, json, ...(except && { except }) }, log.size);
  }

  override async watch(channel: string): Promise<void> {
    await this.engine.delay();
    this.engine.demand();
    this.watched.add(channel);
  }

  override unwatch(channel: string): void {
    this.watched.delete(channel);
  }

  override async read(channel: string, from: number | null, limit = Infinity): Promise<LogPage> {
    this.engine.demand();
    this.engine.reads++;
    const { epoch, top, entries } = this.engine.logOf(channel);
    const tag = entries.at(-1)?.tag ?? '';
    const asked = from === null ? [] : entries.filter(({ offset }) => offset >= from).slice(0, limit);
    await this.engine.delay();
    return { epoch, top, tag, entries: asked };
  }

  override async positions(channels: readonly string[]): Promise<readonly (Position | null)[]> {
    this.engine.demand();
    const positions = channels.map((channel) => {
      const { epoch, top } = this.engine.logOf(channel);
      return { epoch, offset: top };
    });
    await this.engine.delay();
    return positions;
  }

  override async fork(channel: string, epoch: string): Promise<void> {
    this.engine.demand();
    this.engine.forks++;
    if (this.engine.logOf(channel).epoch === epoch) this.engine.begin(channel);
  }

  override health(): BrokerHealth {
    return { state: this.engine.isAway ? 'degraded' : 'ok', since: new Date(0) };
  }
}
