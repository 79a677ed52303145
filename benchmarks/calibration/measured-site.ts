// What does a series cost, on each node and on Redis? Their CPU time before and after.
import { setTimeout } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { CORES, pin } from '../harness/pinning.js';
import { MeasuredNode } from './measured-node.js';
import { Members } from './members.js';

/** CPU microseconds of a series, and the seconds that it took. */
export interface SeriesCost {
  readonly nodes: readonly number[];
  readonly redis: number;
  readonly seconds: number;
}

/** A series of messages of one member, one after the other. */
export interface Series {
  /** `plain.` or `kept.`, and a name of its own. */
  readonly channel: string;
  /** Whether the message is passed on to all members, or only acknowledged. */
  readonly event: 'say' | 'note';
  /** Members on each node, from the first. */
  readonly members: readonly number[];
  readonly count: number;
}

export class MeasuredSite {
  private readonly members = new Members();

  private constructor(
    private readonly nodes: readonly MeasuredNode[],
    private readonly redis: Redis,
  ) {}

  /** Starts so many nodes on a Redis. All of it is on the core of servers from now on. */
  static async start(nodes: number, redisUrl: string): Promise<MeasuredSite> {
    const redis = new Redis(redisUrl);
    pin(CORES.server, Number(/^process_id:(\d+)/m.exec(await redis.info('server'))?.[1]));
    const all: MeasuredNode[] = [];
    for (let node = 0; node < nodes; node++) all.push(await MeasuredNode.start(redisUrl));
    return new MeasuredSite(all, redis);
  }

  /** Connects as many clients as the largest series needs, and makes the members of each. */
  async prepare(all: readonly Series[]): Promise<void> {
    const most = this.nodes.map((_, node) => Math.max(...all.map(({ members }) => members[node] ?? 0)));
    await this.members.connect(
      this.nodes.map(({ port }) => port),
      most,
    );
    for (const { channel, members } of all) await this.members.subscribe(channel, members);
  }

  run({ channel, event, members, count }: Series): Promise<SeriesCost> {
    const heardBy = event === 'say' ? members.reduce((sum, own) => sum + own, 0) : 0;
    return this.measured(() => this.members.send(channel, event, heardBy, count));
  }

  /** What all of it costs while nothing happens. */
  rest(milliseconds: number): Promise<SeriesCost> {
    return this.measured(() => setTimeout(milliseconds));
  }

  async close(): Promise<void> {
    this.members.close();
    await Promise.all(this.nodes.map((node) => node.stop()));
    this.redis.disconnect();
  }

  private async measured(run: () => Promise<unknown>): Promise<SeriesCost> {
    const before = await this.cpu();
    const began = performance.now();
    await run();
    const seconds = (performance.now() - began) / 1_000;
    const after = await this.cpu();
    return {
      nodes: after.nodes.map((micros, node) => micros - before.nodes[node]),
      redis: after.redis - before.redis,
      seconds,
    };
  }

  private async cpu(): Promise<{ nodes: number[]; redis: number }> {
    const nodes = await Promise.all(this.nodes.map((node) => node.cpuMicros()));
    const info = await this.redis.info('cpu');
    const seconds = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1]);
    return { nodes, redis: 1e6 * (seconds('used_cpu_sys') + seconds('used_cpu_user')) };
  }
}
