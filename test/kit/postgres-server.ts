// Where does a test get a PostgreSQL? A server of its own, on a free port, in an empty directory.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { findProgram, type Program } from './find-program.js';
import { freePort } from './free-port.js';

const POSTGRES: Program = {
  variable: 'POSTGRES_PATH',
  usualPaths: [
    ...[18, 17, 16, 15, 14, 13].map((version) => `/usr/lib/postgresql/${version}/bin/postgres`),
    '/usr/local/pgsql/bin/postgres',
    '/usr/local/bin/postgres',
    '/opt/homebrew/bin/postgres',
  ],
  debianPackage: 'postgresql',
  advice:
    'The tests of the outbox need PostgreSQL: install it (Debian: "apt-get install postgresql") or set POSTGRES_PATH to its program postgres.',
};

/** PostgreSQL does not run as root. */
const ACCOUNT = 'nobody';

export class PostgresServer {
  private constructor(
    private readonly port: number,
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {}

  /** Resolves once it takes connections. */
  static async start(): Promise<PostgresServer> {
    // initdb is beside it, and may have no link where a link leads here
    const postgres = realpathSync(findProgram(POSTGRES));
    const directory = mkdtempSync(join(tmpdir(), 'postgres-'));
    const account = process.getuid?.() === 0 ? idsOf(ACCOUNT) : null;
    if (account !== null) chownSync(directory, account.uid, account.gid);
    const data = join(directory, 'data');
    const options = { ...account, cwd: directory, stdio: 'ignore' } as const;
    const setUp = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '-N'];
    execFileSync(join(dirname(postgres), 'initdb'), setUp, options);
    const port = await freePort();
    const settings = ['fsync=off', `unix_socket_directories=${directory}`, 'listen_addresses=127.0.0.1'];
    const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
    const child = spawn(postgres, args, { ...account, cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });
    for await (const line of createInterface({ input: child.stderr })) {
      if (!line.includes('ready to accept connections')) continue;
      child.stderr.resume();
      return new PostgresServer(port, child, directory);
    }
    rmSync(directory, { recursive: true, force: true });
    throw new Error(`postgres ended with ${child.exitCode} instead of taking connections on port ${port}.`);
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'exit');
      // Connections that are open are cut.
      this.child.kill('SIGINT');
      await ended;
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function idsOf(account: string): { readonly uid: number; readonly gid: number } {
  const id = (flag: string): number => Number(execFileSync('id', [flag, account], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
