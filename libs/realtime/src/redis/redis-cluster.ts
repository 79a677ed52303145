// How does a node use a Redis Cluster? It keeps two connections to each master that has a partition, and follows partitions that move.
import { ClusterCommands, type Masters } from './cluster-commands.js';
import { ClusterMasters } from './cluster-masters.js';
import { ClusterTopics } from './cluster-topics.js';
import type { ClusterMaster } from './cluster-master.js';
import type { CheckOutcome, EngineEvents, RedisEngine } from './redis-engine.js';
import { checkRedis } from './redis-check.js';
import type { RedisNames } from './redis-names.js';
import type { RedisSettings } from './redis.options.js';
import type { EngineUser } from './single-server.js';
import { type Address, redirectionOf, SlotMap } from './slot-map.js';

/** How often the Cluster is asked where its slots are, in milliseconds: while all is well, and while a master is missing. */
const EVERY = 2_000;
const SOON = 100;

export class RedisCluster implements RedisEngine, Masters {
  readonly commands: ClusterCommands;
  readonly topics: ClusterTopics;
  private readonly map = new SlotMap();
  private readonly masters: ClusterMasters;
  /** By partition: the master that has it. */
  private owners: (ClusterMaster | undefined)[];
  /** Masters that have just ended subscriptions. */
  private readonly dropping = new Set<ClusterMaster>();
  private timer: NodeJS.Timeout | undefined;
  private isAsking = false;
  private isClosed = false;

  constructor(
    seeds: readonly URL[],
    private readonly settings: RedisSettings,
    private readonly names: RedisNames,
    private readonly user: EngineUser,
    private readonly events: EngineEvents,
  ) {
    this.owners = names.slots.map(() => undefined);
    this.commands = new ClusterCommands(this, names, settings.commandTimeout);
    this.topics = new ClusterTopics({
      names,
      nodeId: user.nodeId,
      linkOf: (partition) => this.demand(partition).topics,
      refused: (reason, partition) => this.refused(reason, partition),
    });
    this.masters = new ClusterMasters(seeds, settings, `realtime ${user.nodeId}`, {
      changed: () => this.changed(),
      lost: (master) => this.lose((partition) => this.owners[partition] === master),
      down: (master, what) => this.down(master, what),
      moved: (master) => this.hasDropped(master),
      trouble: events.trouble,
      message: events.message,
    });
    void this.ask();
  }

  get isUp(): boolean {
    return this.owners.every((owner) => owner?.isUp === true);
  }

  get probes(): readonly string[] {
    return [...this.firsts().values()].map((partition) => this.names.probe(this.user.nodeId, partition));
  }

  async check(): Promise<CheckOutcome> {
    const servers = [...this.firsts()].map(([{ commands }, partition]) => [commands, partition] as const);
    return checkRedis({ ...this.settings, names: this.names, commands: this.commands, servers });
  }

  async restore(): Promise<void> {
    if (!this.user.isPublisher) await this.topics.restore();
  }

  reset(topic: string): void {
    const partition = this.names.partitionIn(topic);
    if (partition !== undefined) this.owners[partition]?.topics.reset();
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.lose(() => true);
    this.masters.close();
  }

  ownerOf(slot: number): ClusterMaster | undefined {
    const address = this.map.ownerOf(slot);
    return address === undefined ? undefined : this.masters.at(address);
  }

  asked(address: Address): ClusterMaster {
    return this.masters.asked(address);
  }

  learn(slot: number, address: Address): void {
    if (this.isClosed || this.map.ownerOf(slot) === address) return;
    this.map.learn(slot, address);
    this.adopt();
    void this.ask(this.masters.at(address));
  }

  /** The first partition of each master. */
  private firsts(): ReadonlyMap<ClusterMaster, number> {
    const firsts = new Map<ClusterMaster, number>();
    for (const [partition, owner] of this.owners.entries()) {
      if (owner !== undefined && !firsts.has(owner)) firsts.set(owner, partition);
    }
    return firsts;
  }

  private demand(partition: number): ClusterMaster {
    const owner = this.owners[partition];
    if (owner === undefined) throw new Error('no server of the Cluster is known that has the slot');
    return owner;
  }

  private changed(): void {
    if (this.isUp) this.events.up();
    else void this.ask();
  }

  /** It says so for each topic. */
  private hasDropped(master: ClusterMaster): void {
    if (this.dropping.has(master)) return;
    this.dropping.add(master);
    setImmediate(() => {
      this.dropping.delete(master);
      void this.ask(master, true);
    });
  }

  private down(master: ClusterMaster, what: string): void {
    if (!this.owners.includes(master)) return;
    this.events.down(what);
    this.askLater(SOON);
  }

  private refused(reason: string, partition: number): void {
    const redirection = redirectionOf(new Error(reason), this.owners[partition]?.address ?? '');
    if (redirection?.kind === 'moved') this.learn(redirection.slot, redirection.address);
    else this.events.refused(reason, this.names.probe(this.user.nodeId, partition));
  }

  private lose(isLost: (partition: number) => boolean): void {
    this.owners.forEach((_, partition) => isLost(partition) && this.topics.lost(partition));
  }

  private askLater(pause: number): void {
    clearTimeout(this.timer);
    if (!this.isClosed) this.timer = setTimeout(() => void this.ask(), pause).unref();
  }

  /** Asks one server where the slots are. `hasMoved`: it has ended subscriptions, and knows where they belong. Never rejects. */
  private async ask(hint?: ClusterMaster, hasMoved = false): Promise<void> {
    const asked = hint?.commands.isUp() === true ? hint : this.masters.next();
    if (this.isClosed || (this.isAsking && !hasMoved)) return;
    if (asked !== null) await this.askOne(asked, hasMoved);
    if (!this.isClosed) this.askLater(this.isUp ? EVERY : SOON);
  }

  private async askOne(asked: ClusterMaster, hasMoved: boolean): Promise<void> {
    this.isAsking = true;
    try {
      const reply = await asked.commands.call('CLUSTER', 'SLOTS');
      if (this.isClosed) return;
      this.map.update(reply, asked.address);
      this.adopt(hasMoved ? asked : null);
    } catch (error) {
      if (!this.isClosed) this.events.trouble((error as Error).message);
    } finally {
      this.isAsking = false;
    }
  }

  /** Follows partitions that have moved. `dropped` has ended subscriptions: all of them, if nothing says which. */
  private adopt(dropped: ClusterMaster | null = null): void {
    const before = this.owners;
    this.owners = this.names.slots.map((slot, partition) => this.ownerOf(slot) ?? before[partition]);
    const hasLost = this.owners.some((owner, partition) => before[partition] === dropped && owner !== dropped);
    const isLost = (partition: number): boolean =>
      before[partition] !== this.owners[partition] || (dropped !== null && !hasLost && before[partition] === dropped);
    const hasChanged = this.owners.some((_, partition) => isLost(partition));
    this.lose(isLost);
    this.masters.keep(this.owners, !this.user.isPublisher);
    if (hasChanged) this.events.moved();
  }
}
