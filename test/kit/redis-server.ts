// Where does a test get a Redis? A redis-server of its own, on a free port, with nothing on disk but an empty directory.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { findProgram, type Program } from './find-program.js';
import { freePort } from './free-port.js';

/** How often a server is started whose port is taken. */
const ATTEMPTS = 20;
const PAUSE_MS = 250;

export const REDIS_SERVER: Program = {
  variable: 'REDIS_SERVER_PATH',
  usualPaths: [
    '/usr/bin/redis-server',
    '/usr/local/bin/redis-server',
    '/opt/homebrew/bin/redis-server',
    '/snap/bin/redis-server',
  ],
  debianPackage: 'redis-server',
  advice:
    'The tests of queues and of several nodes need Redis: install redis-server (Debian: "apt-get install redis-server") or set REDIS_SERVER_PATH.',
};

/**
 * Keeps all that was answered, also when the server is killed. With `everysec` it would not: while the disk is slow, Redis answers first and
 * writes up to two seconds later.
 */
export const PERSISTENT = ['--appendonly', 'yes', '--appendfsync', 'always'];

export class RedisServer {
  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {}

  /** Where it writes what it is told, unless it has rewritten the file. Redis 6 has one file, and no folder. */
  get appendOnlyFile(): string {
    const folder = join(this.directory, 'appendonlydir');
    return existsSync(folder) ? join(folder, 'appendonly.aof.1.incr.aof') : join(this.directory, 'appendonly.aof');
  }

  /**
   * Resolves once it takes connections; a server that was stopped starts again on the same port. `settings` are arguments such as
   * `'--maxmemory', '1mb'`; `kept` is what `kill` has left. A port that something else has taken meanwhile is tried again, or another
   * one where none was asked for.
   */
  static async start(port?: number, settings: readonly string[] = [], kept?: string): Promise<RedisServer> {
    const directory = kept ?? mkdtempSync(join(tmpdir(), 'redis-'));
    for (let attempt = 1; ; attempt++) {
      const taken = port ?? (await freePort());
      const [server, said] = await RedisServer.attempt(taken, settings, directory);
      if (server !== null) return server;
      if (attempt === ATTEMPTS) {
        rmSync(directory, { recursive: true, force: true });
        throw new Error(`redis-server ended instead of taking connections on port ${taken}:\n${said}`);
      }
      await setTimeout(PAUSE_MS);
    }
  }

  /** Null for a server that has ended, with the end of what it has said. */
  private static async attempt(
    port: number,
    settings: readonly string[],
    directory: string,
  ): Promise<[RedisServer | null, string]> {
    const where = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory];
    const args = [...where, '--save', '', '--appendonly', 'no', ...settings];
    const child = spawn(findProgram(REDIS_SERVER), args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('close', () => process.off('exit', kill));
    const said: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.includes('Ready to accept connections')) {
        child.stdout.resume();
        return [new RedisServer(port, child, directory), ''];
      }
      said.push(line);
    }
    return [null, said.slice(-10).join('\n')];
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** It keeps its connections and answers nothing, until `thaw`. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  /** Ends it at once, as an outage does. More calls change nothing. */
  async stop(): Promise<void> {
    // A child of it that writes its file may live a moment longer.
    await rm(await this.kill(), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }

  /** Ends it at once. Its directory stays, and is the result. */
  async kill(): Promise<string> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await ended;
    }
    return this.directory;
  }
}
