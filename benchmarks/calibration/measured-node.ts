// How much CPU time has a node used? A process of its own, which says so when it is asked. All nodes are on one core, one at a time: two that
// work side by side slow each other down, by as much as their caches are shared.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { CORES, pin } from '../harness/pinning.js';

const NODE = 'benchmarks/calibration/scale-node.mjs';

export class MeasuredNode {
  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
  ) {}

  /** Resolves once the node takes connections. The working directory is that of the repository. */
  static async start(redisUrl: string): Promise<MeasuredNode> {
    const env = { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '', REDIS_URL: redisUrl };
    const child = fork(NODE, { env, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const died = once(child, 'exit').then(() => {
      throw new Error('The node did not start. Are the packages built?');
    });
    died.catch(() => undefined);
    const [port] = (await Promise.race([once(child, 'message'), died])) as [number];
    pin(CORES.server, child.pid!);
    return new MeasuredNode(port, child);
  }

  /** CPU microseconds since it was started, user and system. */
  async cpuMicros(): Promise<number> {
    const answer = once(this.child, 'message');
    this.child.send('cpu');
    return ((await answer) as [number])[0];
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
  }
}
