// How do several nodes share events and logs? Through Redis: topics carry the events, and scripts keep the logs.
import type { Position } from '@nestjs-realtime/contract';
import { type LogPage, randomName } from '../broker/log-frame.js';
import { newNodeId } from '../connections/node-id.js';
import type { IRealtimePresenceStore } from '../broker/presence.store.js';
import {
  type BrokerHealth,
  type BrokerNode,
  type BrokerSink,
  type BrokerStats,
  type CommandOutcome,
  type ConnectionLimit,
  type ControlCommand,
  IRealtimeBroker,
  type LiveNode,
  type LogTerms,
} from '../broker/realtime.broker.js';
import type { EncodedEvent } from '../connections/encoded-event.js';
import { RealtimeFault } from '../realtime.exception.js';
import { writeEnvelope } from './envelope.js';
import { EnvelopeMac } from './envelope-mac.js';
import { unavailable } from './publish-queue.js';
import type { RedisLog } from './redis-log.js';
import { RedisNames } from './redis-names.js';
import { RedisPresenceStore } from './redis.presence.store.js';
import { type RedisBrokerOptions, RedisSettings } from './redis.options.js';
import { RunningNode } from './running-node.js';
import { SkipCounts } from './skip-counts.js';

/** What the broker has done so far, and what waits. */
export interface RedisBrokerStats extends Required<BrokerStats> {
  /** Texts from Redis that could not be read, by reason. */
  readonly skipped: Readonly<Partial<Record<string, number>>>;
  /** Events of other nodes, and frames of logs, that were passed on. */
  readonly received: number;
  /** Topics that this node wants. */
  readonly watched: number;
  /** Events that did not go to Redis, because it was away or `queueBytes` waited, and those that it has not confirmed. */
  readonly lost: number;
  /** Bytes that wait, or that Redis has not confirmed yet. */
  readonly queuedBytes: number;
  /** How often the lease of this node was over before it was renewed. */
  readonly expired: number;
}

/** Where no application has started the broker. */
const ALONE = (): BrokerNode => ({ nodeId: newNodeId(), acknowledgeTimeout: 5_000, report: () => '' });

/**
 * Connects the nodes of an application over Redis 6.2 or later, or Valkey, alone, with Sentinels or as a Cluster. Needs the package `ioredis`.
 *
 * @example RealtimeModule.forRoot({ authenticator: AppAuthenticator, broker: new RedisRealtimeBroker({ url: 'redis://localhost:6379' }) })
 */
export class RedisRealtimeBroker extends IRealtimeBroker {
  private readonly settings: RedisSettings;
  private readonly names: RedisNames;
  private readonly mac: EnvelopeMac | null;
  private readonly skipped = new SkipCounts();
  private readonly createdAt = new Date();
  private running: RunningNode | null = null;
  /** Events that came while nothing ran. */
  private idleLosses = 0;
  private node: BrokerNode | null = null;
  private readonly presence: RedisPresenceStore;

  /** @throws RealtimeFault that names every invalid option. */
  constructor(options: RedisBrokerOptions) {
    super();
    this.settings = new RedisSettings(options);
    this.names = new RedisNames(this.settings.prefix, this.settings.partitions);
    this.mac = this.settings.mac === null ? null : new EnvelopeMac(this.settings.mac);
    const { settings, names, mac, skipped } = this;
    this.presence = new RedisPresenceStore({ settings, names, mac, skipped });
  }

  /** This process among all nodes; undefined before `start`. */
  get nodeId(): string | undefined {
    return this.node?.nodeId;
  }

  /** @throws RealtimeFault where Redis answers and cannot be used, with what to change. */
  override async start(sink: BrokerSink | null, node: BrokerNode = ALONE()): Promise<void> {
    this.node = node;
    this.running = new RunningNode(node, this.settings, this.names, this.mac, this.skipped, this.presence, sink);
    const fault = await this.running.start();
    if (fault === null) return;
    await this.stop();
    throw new RealtimeFault(fault);
  }

  override async stop(): Promise<void> {
    await this.running?.stop();
    this.running = null;
  }

  /**
   * In a process with clients, an event without a log is local where Redis is away, and before `start` and after `stop`. In others the
   * promise rejects with `UNAVAILABLE`.
   */
  override async publish(event: EncodedEvent, log?: LogTerms): Promise<Position | null> {
    if (this.running === null && log === undefined) {
      this.idleLosses++;
      return null;
    }
    const { queue, reader, nodeId } = this.engine();
    const tag = randomName();
    const { channels } = event;
    const list = channels.length > 1 ? channels : [];
    const envelope = { kind: 'event' as const, node: nodeId, tag, sentAt: Date.now(), event, channels: list };
    const textFor = (channel: string): string => writeEnvelope(envelope, channel, this.mac);
    if (log !== undefined) return queue.append(channels[0], tag, textFor(channels[0]), log);
    const sent = queue.publish(channels.map((channel) => [this.names.topic(channel), textFor(channel)] as const));
    // Delivered here already: what Redis answers changes nothing, and is counted.
    if (reader !== null) sent.catch(() => undefined);
    else await sent;
    return null;
  }

  override async watch(channel: string): Promise<void> {
    return this.engine().session.engine.topics.watch(this.names.topic(channel), channel);
  }

  override unwatch(channel: string): void {
    this.running?.session.engine.topics.unwatch(this.names.topic(channel));
  }

  override async read(channel: string, from: number | null, limit = Infinity): Promise<LogPage> {
    return this.answered((log) => log.read(channel, from, limit));
  }

  override async positions(channels: readonly string[]): Promise<readonly (Position | null)[]> {
    return this.answered((log) => log.positions(channels));
  }

  override async fork(channel: string, epoch: string): Promise<void> {
    return this.answered((log) => log.fork(channel, epoch));
  }

  override async command(command: ControlCommand): Promise<CommandOutcome> {
    return this.engine().calls.call(command);
  }

  override presenceStore(): IRealtimePresenceStore {
    return this.presence;
  }

  override async noteConnection(
    userId: string,
    connectionId: string,
    limit: ConnectionLimit,
  ): Promise<readonly string[] | null> {
    const { connections } = this.engine();
    try {
      return await connections.note(userId, connectionId, limit);
    } catch (error) {
      throw unavailable('Redis has not counted the connection', error);
    }
  }

  override forgetConnection(userId: string, connectionId: string): void {
    this.running?.connections.forget(userId, connectionId);
  }

  override health(): BrokerHealth {
    return this.running?.session.health.current ?? { state: 'joining', since: this.createdAt, reason: 'not started' };
  }

  override stats(): RedisBrokerStats {
    const { session, queue, reader, beat } = this.running ?? {};
    const { queuedBytes = 0, lost: unconfirmed = 0, published = 0, batches = 0 } = queue?.stats ?? {};
    return {
      skipped: this.skipped.all,
      received: reader?.count ?? 0,
      watched: session?.engine.topics.size ?? 0,
      lost: this.idleLosses + unconfirmed,
      ...{ queuedBytes, published, batches },
      nodes: beat?.nodes ?? 0,
      expired: beat?.expired ?? 0,
    };
  }

  override async nodes(): Promise<readonly LiveNode[]> {
    const running = this.engine();
    try {
      return await running.nodes();
    } catch (error) {
      throw unavailable('Redis has not said which nodes live', error);
    }
  }

  private async answered<Answer>(ask: (log: RedisLog) => Promise<Answer>): Promise<Answer> {
    const { log } = this.engine();
    try {
      return await ask(log);
    } catch (error) {
      throw unavailable('Redis has not answered', error);
    }
  }

  private engine(): RunningNode {
    if (this.running === null) throw unavailable('the broker is not running');
    return this.running;
  }
}
