// Where does a test get a Redis? A redis-server of its own, on a free port, with nothing on disk but an empty directory.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findProgram, type Program } from './find-program.js';
import { freePort } from './free-port.js';

const REDIS_SERVER: Program = {
  variable: 'REDIS_SERVER_PATH',
  usualPaths: [
    '/usr/bin/redis-server',
    '/usr/local/bin/redis-server',
    '/opt/homebrew/bin/redis-server',
    '/snap/bin/redis-server',
  ],
  debianPackage: 'redis-server',
  advice:
    'The tests of queues need Redis: install redis-server (Debian: "apt-get install redis-server") or set REDIS_SERVER_PATH.',
};

export class RedisServer {
  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {}

  /** Resolves once it takes connections; a server that was stopped starts again on the same port. */
  static async start(port?: number): Promise<RedisServer> {
    const taken = port ?? (await freePort());
    const directory = mkdtempSync(join(tmpdir(), 'redis-'));
    const args = [
      '--port',
      String(taken),
      '--bind',
      '127.0.0.1',
      '--dir',
      directory,
      '--save',
      '',
      '--appendonly',
      'no',
    ];
    const child = spawn(findProgram(REDIS_SERVER), args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const server = new RedisServer(taken, child, directory);
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.includes('Ready to accept connections')) {
        child.stdout.resume();
        return server;
      }
    }
    rmSync(directory, { recursive: true, force: true });
    throw new Error(`redis-server ended with ${child.exitCode} instead of taking connections on port ${taken}.`);
  }

  /** Ends it at once, as an outage does. More calls change nothing. */
  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}
