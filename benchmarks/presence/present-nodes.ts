// Which processes measure presence? A Redis, and nodes with members but without clients.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { MeasuredRedis } from '../cluster/redis.js';
import { CORES, pin } from '../harness/pinning.js';
import { RemoteProcess } from '../harness/process-calls.js';

/** Users `first` to before `first + count`, in a channel. */
export interface Users {
  readonly channel: string;
  readonly first: number;
  readonly count: number;
}

/** What a node can be asked, as `presence-node.mjs` answers. */
export type PresentNodeApi = {
  mark(input: undefined): void;
  cpu(input: undefined): number;
  join(users: Users): void;
  leave(users: Users): void;
  joinAlone(users: Users): void;
  leaveAlone(users: Users): void;
  follow(channel: string): number;
  folded(awaited: { channel: string; size: number }): void;
  read(order: { channel: string; times: number }): void;
  count(order: { channel: string; times: number }): void;
  members(order: { channel: string; times: number }): number;
  setOnline(count: number): void;
  isOnline(times: number): void;
  watchAll(count: number): void;
  more(count: number): void;
  revoke(times: number): void;
};

type PresentNode = RemoteProcess<PresentNodeApi>;

/** CPU microseconds of Redis and of each node, and how long it took. */
export interface PresenceCost {
  readonly redis: number;
  readonly nodes: readonly number[];
  readonly wallMs: number;
}

export class PresentNodes {
  private constructor(
    readonly redis: MeasuredRedis,
    readonly nodes: readonly PresentNode[],
  ) {}

  static async start(count: number, { beatInterval = '2s', nodeLease = '10s' } = {}): Promise<PresentNodes> {
    const redis = await MeasuredRedis.start();
    const nodes: PresentNode[] = [];
    for (let index = 0; index < count; index++) {
      const args = [String(redis.port), beatInterval, nodeLease];
      // The folder of the sources, not that of what was compiled.
      const file = fileURLToPath(new URL('../../presence/presence-node.mjs', import.meta.url));
      const child = fork(file, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      const node: PresentNode = new RemoteProcess(`node ${index}`, child);
      await node.call('mark', undefined);
      pin(CORES.server, child.pid!);
      nodes.push(node);
    }
    return new PresentNodes(redis, nodes);
  }

  async cost(run: () => Promise<unknown>): Promise<PresenceCost> {
    for (const node of this.nodes) await node.call('mark', undefined);
    const before = await this.redis.cpuMicros();
    const began = performance.now();
    await run();
    const wallMs = performance.now() - began;
    const redis = (await this.redis.cpuMicros()) - before;
    const nodes: number[] = [];
    for (const node of this.nodes) nodes.push(await node.call('cpu', undefined));
    return { redis, nodes, wallMs };
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
    await this.redis.stop();
  }
}
