// How do the others know that this node lives, and how does it know that it hears? It renews its lease, and listens to itself.
import type { BrokerNode } from '../broker/realtime.broker.js';
import { BEAT } from './control-scripts.js';
import type { RedisCommands } from './redis-engine.js';
import type { RedisNames } from './redis-names.js';

/** Own beats that may go unheard before the connection counts as deaf. */
const UNHEARD = 3;

/** What a beat needs to know. */
export interface BeatParts {
  readonly node: BrokerNode;
  readonly link: RedisCommands;
  readonly names: RedisNames;
  readonly beatInterval: number;
  readonly nodeLease: number;
  /** How far this node has got with the commands. */
  readonly position: () => string;
  /** On which topics it hears itself, one for each server. */
  readonly probes: () => readonly string[];
  /** The connection over which a topic should come is open, and brings nothing. */
  readonly deaf: (topic: string) => void;
}

export class NodeBeat {
  private timer: NodeJS.Timeout | undefined;
  private isFirst = true;
  /** Own beats since the last one that was heard, by topic. */
  private unheard = new Map<string, number>();
  private expirations = 0;
  private living = 0;
  /** Whether a node asks for reports. */
  private isAsked = false;

  constructor(private readonly parts: BeatParts) {}

  /** How often the lease was over, because this node or Redis did not run. */
  get expired(): number {
    return this.expirations;
  }

  /** Nodes that live, as of the latest beat. */
  get nodes(): number {
    return this.living;
  }

  /** Resolves once the others know of this node. */
  async begin(): Promise<void> {
    this.unheard.clear();
    await this.beat();
    this.timer ??= setInterval(() => void this.again(), this.parts.beatInterval).unref();
  }

  /** Own beats have come back. Other topics change nothing. */
  heard(topic: string): void {
    if (this.unheard.has(topic)) this.unheard.set(topic, 0);
  }

  /** The others need not wait for this node any more. */
  async end(): Promise<void> {
    clearInterval(this.timer);
    const { link, names, node } = this.parts;
    const { nodeId } = node;
    const [leases, positions] = names.registry;
    const [reports] = names.reports;
    if (!link.isUp(leases)) return;
    await Promise.all([
      link.call('ZREM', leases, nodeId),
      link.call('HDEL', positions, nodeId),
      link.call('HDEL', reports, nodeId),
    ]).catch(() => undefined);
  }

  /** Tells how far this node has got. The next beat does so too. */
  acknowledge(position: string): void {
    const { link, names, node } = this.parts;
    const [, positions] = names.registry;
    if (link.isUp(positions)) link.call('HSET', positions, node.nodeId, position).catch(() => undefined);
  }

  private async again(): Promise<void> {
    const { link, names, deaf } = this.parts;
    if (!link.isUp(names.registry[0])) return;
    try {
      await this.beat();
    } catch {
      return;
    }
    for (const [topic, count] of this.unheard) {
      if (count <= UNHEARD) continue;
      this.unheard.delete(topic);
      deaf(topic);
    }
  }

  private async beat(): Promise<void> {
    const { link, names, node, nodeLease, position, probes } = this.parts;
    const keys = [...names.registry, ...names.reports];
    const report = this.isAsked ? node.report() : '';
    const args = [node.nodeId, nodeLease, position(), this.isFirst ? 1 : 0, report];
    const [isOver, living, isAsked] = (await link.run(BEAT, keys, args)) as [number, number, number];
    if (isOver === 1) this.expirations++;
    this.isFirst = false;
    this.living = living;
    const topics = probes();
    this.unheard = new Map(topics.map((topic) => [topic, (this.unheard.get(topic) ?? 0) + 1]));
    await link.publish(topics.map((topic) => [topic, '']));
    const isNew = isAsked === 1 && !this.isAsked;
    this.isAsked = isAsked === 1;
    if (isNew) await this.tell();
  }

  /** The first report does not wait for the next beat. */
  private async tell(): Promise<void> {
    const { link, names, node } = this.parts;
    await link.call('HSET', names.reports[0], node.nodeId, node.report()).catch(() => undefined);
  }
}
