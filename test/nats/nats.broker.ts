// Can someone else write a broker, with nothing but what the doors export? This one is on NATS JetStream. It proves the port, and is no product.
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { jetstream, type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect, nanos, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { RealtimeException } from 'nestjs-realtime';
import {
  type BrokerHealth,
  type BrokerNode,
  type BrokerSink,
  type CommandOutcome,
  type ControlCommand,
  type EncodedEvent,
  IRealtimeBroker,
  type LogPage,
  type LogTerms,
} from 'nestjs-realtime/adapters';
import { FramesInOrder } from './frames-in-order.js';
import { NatsCommands } from './nats-commands.js';
import { NatsLog } from './nats-log.js';
import * as names from './nats-names.js';
import { plainIn, recordIn } from './nats-record.js';

type Position = NonNullable<LogTerms['known']>;

/** Until NATS has answered, in milliseconds. */
const TIMEOUT = 1_000;
const REJOIN_PAUSE = 100;
const HOUR = 3_600_000;
/** Broadcasts to several channels come once for each; so many are remembered. */
const REMEMBERED = 2_048;

interface Running {
  readonly nc: NatsConnection;
  readonly log: NatsLog;
  readonly commands: NatsCommands;
}

interface Watch {
  readonly subscriptions: readonly Subscription[];
  readonly order: FramesInOrder;
}

export class NatsBroker extends IRealtimeBroker {
  private nodeId = '';
  private running: Running | null = null;
  private sink: BrokerSink | null = null;
  private current: BrokerHealth = { state: 'joining', since: new Date(), reason: 'not started' };
  private readonly watched = new Map<string, Watch>();
  private readonly lists = new Set<string>();
  /** What this node writes to a channel goes one after another, so that it does not overtake itself. */
  private readonly lanes = new Map<string, Promise<unknown>>();

  constructor(private readonly address: string) {
    super();
  }

  override async start(sink: BrokerSink | null, node: BrokerNode): Promise<void> {
    this.sink = sink;
    this.nodeId = node.nodeId;
    const nc = await connect({ servers: this.address, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
    const [js, jsm] = [jetstream(nc, { timeout: TIMEOUT }), await jetstreamManager(nc, { timeout: TIMEOUT })];
    await addStreams(jsm);
    this.running = { nc, log: new NatsLog(js, jsm), commands: new NatsCommands(node, nc, js, jsm) };
    if (sink !== null) await this.running.commands.listen(sink);
    this.become('ok');
    void this.follow(nc);
  }

  override async stop(): Promise<void> {
    const { running } = this;
    this.running = null;
    for (const { order } of this.watched.values()) order.end();
    await running?.commands.end().catch(() => undefined);
    await running?.nc.drain().catch(() => running.nc.close());
  }

  override async publish(event: EncodedEvent, log?: LogTerms): Promise<Position | null> {
    const { nc } = this.demand();
    if (log !== undefined) return this.inLane(event.channels[0], () => this.answered((own) => own.append(event, log)));
    if (nc.isClosed()) throw new RealtimeException('UNAVAILABLE');
    const text = JSON.stringify({ node: this.nodeId, tag: randomUUID(), event });
    for (const channel of event.channels) nc.publish(names.plain(channel), text);
    if (this.sink === null) await nc.flush();
    return null;
  }

  override async watch(channel: string): Promise<void> {
    const { nc } = this.demand();
    if (!this.watched.has(channel)) {
      const order = new FramesInOrder((frame) => this.sink?.receive(frame));
      const frames = nc.subscribe(names.stored(channel), {
        callback: (_, message) => this.receive(channel, message.string(), order),
      });
      const events = nc.subscribe(names.plain(channel), { callback: (_, message) => this.deliver(message.string()) });
      this.watched.set(channel, { subscriptions: [frames, events], order });
    }
    await nc.flush();
  }

  override unwatch(channel: string): void {
    const { subscriptions = [], order } = this.watched.get(channel) ?? {};
    for (const subscription of subscriptions) subscription.unsubscribe();
    order?.end();
    this.watched.delete(channel);
  }

  override read(channel: string, from: number | null, limit = Infinity): Promise<LogPage> {
    return this.answered((log) => log.read(channel, from, limit));
  }

  override positions(channels: readonly string[]): Promise<readonly (Position | null)[]> {
    return this.answered((log) => Promise.all(channels.map((channel) => log.position(channel))));
  }

  override fork(channel: string, epoch: string): Promise<void> {
    return this.answered((log) => log.fork(channel, epoch));
  }

  override async command(command: ControlCommand): Promise<CommandOutcome> {
    const { commands } = this.demand();
    return commands.call(command).catch((cause: unknown) => {
      throw new RealtimeException('UNAVAILABLE', { cause });
    });
  }

  override health(): BrokerHealth {
    return this.current;
  }

  private receive(channel: string, text: string, order: FramesInOrder): void {
    const record = recordIn(text);
    if (record === null || record.offset === 0) return;
    const { epoch, offset, tag, prev, event } = record;
    order.push({ channel, epoch, offset, tag, prev, event });
  }

  private deliver(text: string): void {
    const message = plainIn(text);
    if (message === null || message.node === this.nodeId) return;
    if (message.event.channels.length > 1) {
      if (this.lists.has(message.tag)) return;
      this.lists.add(message.tag);
      if (this.lists.size > REMEMBERED) this.lists.delete(this.lists.values().next().value!);
    }
    this.sink?.deliver(message.event);
  }

  private async inLane<Result>(channel: string, task: () => Promise<Result>): Promise<Result> {
    const result = (this.lanes.get(channel) ?? Promise.resolve()).then(task);
    const settled = result.catch(() => undefined);
    this.lanes.set(channel, settled);
    await settled;
    if (this.lanes.get(channel) === settled) this.lanes.delete(channel);
    return result;
  }

  private async answered<Answer>(ask: (log: NatsLog) => Promise<Answer>): Promise<Answer> {
    const { log } = this.demand();
    try {
      return await ask(log);
    } catch (error) {
      throw error instanceof RealtimeException ? error : new RealtimeException('UNAVAILABLE', { cause: error });
    }
  }

  private demand(): Running {
    if (this.running === null) throw new RealtimeException('UNAVAILABLE', { reason: 'the broker is not running' });
    return this.running;
  }

  private become(state: BrokerHealth['state'], reason?: string): void {
    this.current = { state, since: new Date(), ...(reason !== undefined && { reason }) };
  }

  /** The client subscribes again by itself; what NATS has confirmed after it holds. */
  private async follow(nc: NatsConnection): Promise<void> {
    for await (const { type } of nc.status()) {
      if (this.running === null) return;
      if (type === 'disconnect') {
        this.become('degraded', 'NATS is away');
        this.sink?.gone();
      } else if (type === 'reconnect') await this.rejoin(nc);
    }
  }

  /** Commands that were missed come before the node says that it is there. JetStream may need more time than the server. */
  private async rejoin(nc: NatsConnection): Promise<void> {
    while (this.running !== null) {
      try {
        await nc.flush();
        if (this.sink !== null) await this.running.commands.follow(this.sink);
        this.become('ok');
        return this.sink?.rejoined();
      } catch {
        await setTimeout(REJOIN_PAUSE);
      }
    }
  }
}

/** Repeated calls change nothing. NATS sends on what it has stored, and nothing before that. */
async function addStreams({ streams }: JetStreamManager): Promise<void> {
  await streams.add({
    name: names.LOGS,
    subjects: ['rt.log.*'],
    republish: { src: 'rt.log.*', dest: 'rt.stored.{{wildcard(1)}}' },
    max_msgs_per_subject: 10_000,
    max_age: nanos(24 * HOUR),
    duplicate_window: nanos(HOUR / 12),
  });
  await streams.add({ name: names.COMMANDS, subjects: [names.command], max_age: nanos(HOUR) });
  const lease = { max_msgs_per_subject: 1, max_age: nanos(10_000), duplicate_window: nanos(1_000) };
  await streams.add({ name: names.NODES, subjects: ['rt.node.*'], ...lease });
}
