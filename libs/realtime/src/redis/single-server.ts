// How does a node use one server, or the one that Sentinels name? Over a connection for commands, and one for subscriptions.
import type { CheckOutcome, EngineEvents, RedisEngine } from './redis-engine.js';
import { checkRedis } from './redis-check.js';
import { RedisLink } from './redis-link.js';
import type { RedisNames } from './redis-names.js';
import type { RedisSettings, ServerTarget } from './redis.options.js';
import { WatchTable } from './watch-table.js';

/** Which node this is, and what it hears besides the topics of channels. */
export interface EngineUser {
  readonly nodeId: string;
  readonly isPublisher: boolean;
}

export class SingleServer implements RedisEngine {
  readonly commands: RedisLink;
  readonly topics: WatchTable;
  readonly probes: readonly string[];
  private readonly subscriptions: RedisLink;

  constructor(
    target: ServerTarget,
    private readonly settings: RedisSettings,
    private readonly names: RedisNames,
    private readonly user: EngineUser,
    events: EngineEvents,
  ) {
    const { nodeId, isPublisher } = user;
    const common = { up: () => this.isUp && events.up(), trouble: events.trouble };
    const ofCommands = { ...common, down: () => events.down('the connection for commands ended'), message: () => {} };
    this.commands = new RedisLink(target, settings, `realtime ${nodeId} commands`, ofCommands);
    this.subscriptions = isPublisher
      ? this.commands
      : new RedisLink(target, settings, `realtime ${nodeId} subscriptions`, {
          ...common,
          down: () => {
            this.topics.lost();
            events.down('the connection for subscriptions ended');
          },
          message: events.message,
        });
    this.probes = [names.probe(nodeId)];
    const always = [names.commands.topic, ...this.probes];
    this.topics = new WatchTable(this.subscriptions, (reason) => events.refused(reason, always[0]), always);
  }

  get isUp(): boolean {
    return this.commands.isUp() && this.subscriptions.isUp();
  }

  check(): Promise<CheckOutcome> {
    return checkRedis({ ...this.settings, names: this.names, commands: this.commands, servers: [[this.commands, 0]] });
  }

  async restore(): Promise<void> {
    if (!this.user.isPublisher) await this.topics.restore();
  }

  reset(): void {
    this.subscriptions.reset();
  }

  close(): void {
    this.topics.lost();
    this.subscriptions.close();
    this.commands.close();
  }
}
