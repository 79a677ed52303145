// Where does a test get a NATS? A nats-server of its own with JetStream, on a free port, with an empty directory.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findProgram, type Program } from './find-program.js';
import { freePort } from './free-port.js';

const NATS_SERVER: Program = {
  variable: 'NATS_SERVER_PATH',
  usualPaths: [
    '/usr/sbin/nats-server',
    '/usr/bin/nats-server',
    '/usr/local/bin/nats-server',
    '/opt/homebrew/bin/nats-server',
  ],
  debianPackage: 'nats-server',
  advice:
    'The tests of a broker on another engine need NATS: install nats-server (Debian: "apt-get install nats-server") or set NATS_SERVER_PATH.',
};

export class NatsServer {
  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {}

  /** Resolves once it takes connections; one that was killed starts again on the same port, with what it has kept. */
  static async start(port?: number, kept?: string): Promise<NatsServer> {
    const taken = port ?? (await freePort());
    const directory = kept ?? mkdtempSync(join(tmpdir(), 'nats-'));
    const args = ['--addr', '127.0.0.1', '--port', String(taken), '--jetstream', '--store_dir', directory];
    const child = spawn(findProgram(NATS_SERVER), args, { stdio: ['ignore', 'ignore', 'pipe'] });
    for await (const line of createInterface({ input: child.stderr })) {
      if (!line.includes('Server is ready')) continue;
      child.stderr.resume();
      return new NatsServer(taken, child, directory);
    }
    rmSync(directory, { recursive: true, force: true });
    throw new Error(`nats-server ended with ${child.exitCode} instead of taking connections on port ${taken}.`);
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Ends it at once. Its directory stays, and is the result. */
  async kill(): Promise<string> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
    return this.directory;
  }

  async stop(): Promise<void> {
    rmSync(await this.kill(), { recursive: true, force: true });
  }
}
