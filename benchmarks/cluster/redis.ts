// What does Redis itself cost? A redis-server of its own, with nothing on disk, whose CPU time is read.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { canPin, CORES } from '../harness/pinning.js';

export class MeasuredRedis {
  private readonly client: Redis;

  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
  ) {
    this.client = new Redis(port, '127.0.0.1');
  }

  /** @throws Error when there is no redis-server in the PATH. */
  static async start(): Promise<MeasuredRedis> {
    const port = await freePort();
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const [program, ...all] = canPin()
      ? ['taskset', '-c', String(CORES.load), 'redis-server', ...args]
      : ['redis-server', ...args];
    const child = spawn(program, all, { stdio: ['ignore', 'pipe', 'inherit'] });
    child.on('error', () => undefined);
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.includes('Ready to accept connections')) continue;
      child.stdout.resume();
      return new MeasuredRedis(port, child);
    }
    throw new Error('The cluster scenarios need redis-server; install it (Debian: "apt-get install redis-server").');
  }

  /** CPU microseconds that the server has used since it started. */
  async cpuMicros(): Promise<number> {
    const info = await this.client.info('cpu');
    const seconds = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? 0);
    return 1e6 * (seconds('used_cpu_sys') + seconds('used_cpu_user'));
  }

  /** Bytes that the server holds. */
  async memory(): Promise<number> {
    return Number(/^used_memory:(\d+)/m.exec(await this.client.info('memory'))?.[1]);
  }

  /** How often each command was called since the last call of this. */
  async takeCalls(): Promise<ReadonlyMap<string, number>> {
    const info = await this.client.info('commandstats');
    await this.client.config('RESETSTAT');
    return new Map(
      [...info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name, calls]) => [name, Number(calls)]),
    );
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
