// Where does a test get a Redis that fails over? A master, its replica, and a Sentinel that watches them, of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { findProgram } from './find-program.js';
import { freePort } from './free-port.js';
import { REDIS_SERVER, RedisServer } from './redis-server.js';
import { until } from './until.js';

const NAME = 'main';
/** What the servers ask of everybody; a Sentinel has none. */
const PASSWORD = 'secret';
const SETTINGS = ['--requirepass', PASSWORD, '--masterauth', PASSWORD, '--repl-diskless-sync-delay', '0'];

export class RedisSentinel {
  private constructor(
    readonly master: RedisServer,
    readonly replica: RedisServer,
    /** Of a stranger, to the master of the start. */
    readonly redis: Redis,
    private readonly port: number,
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {}

  static async start(): Promise<RedisSentinel> {
    const master = await RedisServer.start(undefined, SETTINGS);
    const replica = await RedisServer.start(undefined, [...SETTINGS, '--replicaof', `127.0.0.1 ${master.port}`]);
    const redis = new Redis(master.port, '127.0.0.1', {
      password: PASSWORD,
      disconnectTimeout: 100,
      retryStrategy: null,
    });
    redis.on('error', () => undefined);
    await until(
      () => redis.info('replication'),
      (info) => info.includes('state=online'),
    );
    const port = await freePort();
    const directory = mkdtempSync(join(tmpdir(), 'sentinel-'));
    const child = watching(master.port, port, directory);
    await firstLine(child, `127.0.0.1:${replica.port}`);
    return new RedisSentinel(master, replica, redis, port, child, directory);
  }

  get options() {
    return { sentinels: [`redis://:${PASSWORD}@127.0.0.1:${this.port}`], name: NAME };
  }

  /** From now on the replica hears nothing of the master. */
  async cutReplication(): Promise<void> {
    await this.redis.config('SET', 'requirepass', `not ${PASSWORD}`);
    await this.redis.call('CLIENT', 'KILL', 'TYPE', 'replica');
  }

  async stop(): Promise<void> {
    this.redis.disconnect();
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await Promise.all([ended, this.master.stop(), this.replica.stop()]);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function watching(master: number, port: number, directory: string): ChildProcess {
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${directory}`,
    `sentinel monitor ${NAME} 127.0.0.1 ${master} 1`,
    `sentinel auth-pass ${NAME} ${PASSWORD}`,
    `sentinel down-after-milliseconds ${NAME} 500`,
    `sentinel failover-timeout ${NAME} 5000`,
  ];
  const file = join(directory, 'sentinel.conf');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return spawn(findProgram(REDIS_SERVER), [file, '--sentinel'], { stdio: ['ignore', 'pipe', 'ignore'] });
}

async function firstLine(child: ChildProcess, text: string): Promise<void> {
  for await (const line of createInterface({ input: child.stdout! })) {
    if (!line.includes(text)) continue;
    child.stdout!.resume();
    return;
  }
  throw new Error(`The Sentinel ended with ${child.exitCode}, and has not said: ${text}`);
}
