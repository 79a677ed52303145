// What makes a broker run? A session with Redis, and what sends, reads and commands over it.
import { type BrokerNode, type BrokerSink, type LiveNode, LONGEST_REPORT } from '../broker/realtime.broker.js';
import { NODES } from './control-scripts.js';
import { CommandCalls } from './command-calls.js';
import { ConnectionCounts } from './connection-counts.js';
import { ControlReader } from './control-reader.js';
import { EngineSession, type SessionOwner } from './engine-session.js';
import type { EnvelopeMac } from './envelope-mac.js';
import { NodeBeat } from './node-beat.js';
import { isDiff } from './presence-text.js';
import { PublishQueue } from './publish-queue.js';
import { RedisLog } from './redis-log.js';
import type { RedisNames } from './redis-names.js';
import type { RedisPresenceStore } from './redis.presence.store.js';
import type { RedisSettings } from './redis.options.js';
import type { SkipCounts } from './skip-counts.js';
import { TopicReader } from './topic-reader.js';

/** Most nodes that are listed. */
const MOST_NODES = 1_000;
const NODE_NAME = /^[\w.@:-]{1,128}$/;

export class RunningNode implements SessionOwner {
  readonly session: EngineSession;
  readonly queue: PublishQueue;
  readonly log: RedisLog;
  readonly calls: CommandCalls;
  /** Null in a process without clients, as the others. */
  readonly reader: TopicReader | null = null;
  readonly connections: ConnectionCounts;
  readonly beat: NodeBeat | null = null;
  private readonly control: ControlReader | null = null;
  readonly nodeId: string;
  private isBooting = true;
  private isGone = false;
  /** Losses of the topic of commands after which everything that was missed has been done. */
  private madeUp = 0;

  constructor(
    node: BrokerNode,
    private readonly settings: RedisSettings,
    private readonly names: RedisNames,
    mac: EnvelopeMac | null,
    skipped: SkipCounts,
    private readonly presence: RedisPresenceStore,
    private readonly sink: BrokerSink | null,
  ) {
    this.nodeId = node.nodeId;
    this.session = new EngineSession(settings, names, this);
    const { commands: link } = this.session.engine;
    this.queue = new PublishQueue(link, names, settings.queueBytes);
    this.log = new RedisLog(link, names, mac, skipped);
    this.connections = new ConnectionCounts(node.nodeId, link, names);
    this.calls = new CommandCalls(node, link, names, mac);
    presence.attach(link, node.nodeId);
    if (sink === null) return;
    const { beatInterval, nodeLease } = settings;
    const beat = new NodeBeat({
      ...{ node, link, names, beatInterval, nodeLease },
      position: () => this.control!.position,
      probes: () => this.session.engine.probes,
      deaf: (topic) => this.session.deaf(topic),
    });
    const advanced = (position: string): void => beat.acknowledge(position);
    this.beat = beat;
    this.reader = new TopicReader(node.nodeId, sink, mac, skipped);
    this.control = new ControlReader({ nodeId: node.nodeId, sink, log: this.log, mac, skipped, advanced });
  }

  get isPublisher(): boolean {
    return this.sink === null;
  }

  /** Resolves with what makes this Redis unusable, or with null. */
  async start(): Promise<string | null> {
    const fault = await this.session.join(this.settings.joinTimeout);
    this.isBooting = false;
    return fault;
  }

  /**
   * Nodes that live, with their reports.
   *
   * Security note: every process with access to Redis can write names and reports.
   */
  async nodes(): Promise<readonly LiveNode[]> {
    const { names, settings } = this;
    const keys = [...names.registry, ...names.reports];
    const args = [settings.nodeLease, MOST_NODES, 4 * LONGEST_REPORT];
    const found = (await this.session.engine.commands.run(NODES, keys, args)) as (string | null)[];
    const nodes: LiveNode[] = [];
    for (let at = 0; at < found.length; at += 2) {
      const [nodeId, report] = [found[at] ?? '', found[at + 1]];
      if (!NODE_NAME.test(nodeId)) continue;
      nodes.push({ nodeId, report: report === null || report.length > LONGEST_REPORT ? null : report });
    }
    return nodes;
  }

  async stop(): Promise<void> {
    this.control?.close();
    this.presence.detach();
    await this.queue.drain();
    await this.beat?.end();
    this.session.close();
  }

  message(topic: string, text: string): void {
    const channel = this.session.engine.topics.channelOf(topic);
    if (channel !== undefined) this.channelMessage(channel, text);
    else if (topic === this.names.commands.topic) this.control?.receive(text);
    else this.beat?.heard(topic);
  }

  /** While commands that were missed are not done, a diff of members is left out: all of them are read when the node has joined again. */
  private channelMessage(channel: string, text: string): void {
    const isBehind = this.lossesOfCommands !== this.madeUp;
    if (!isDiff(text)) this.reader?.read(channel, text, isBehind);
    else if (!isBehind) this.presence.receive(channel, text);
  }

  private get lossesOfCommands(): number {
    return this.session.engine.topics.lossesOf(this.names.commands.topic);
  }

  /** Commands that were missed are done before the node says that it is there. */
  async prepare(): Promise<void> {
    const losses = this.lossesOfCommands;
    await this.control?.join(this.isBooting);
    this.madeUp = losses;
    await this.beat?.begin();
    await this.presence.joined();
    this.connections.forgetGhosts();
    await this.calls.flush();
  }

  joined(): void {
    if (this.isGone) this.sink?.rejoined();
    this.isGone = false;
  }

  gone(): void {
    this.isGone = true;
    this.sink?.gone();
  }
}
