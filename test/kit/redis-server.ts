// Where does a test get a Redis? A redis-server of its own, on a free port, with nothing on disk but an empty directory.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const USUAL_PATHS = [
  '/usr/bin/redis-server',
  '/usr/local/bin/redis-server',
  '/opt/homebrew/bin/redis-server',
  '/snap/bin/redis-server',
];

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
    const child = spawn(findRedisServer(), args, { stdio: ['ignore', 'pipe', 'ignore'] });
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

/** A port that is free at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** At REDIS_SERVER_PATH, at a usual place, or, on Debian as root, where apt-get puts it. @throws Error with one line that names what to install. */
function findRedisServer(): string {
  const given = process.env.REDIS_SERVER_PATH;
  if (given) {
    if (existsSync(given)) return given;
    throw new Error(`REDIS_SERVER_PATH is ${given}, but there is no such file.`);
  }
  const found = usualPath() ?? installOnDebian();
  if (found !== undefined) return found;
  throw new Error(
    'The tests of queues need Redis: install redis-server (Debian: "apt-get install redis-server") or set REDIS_SERVER_PATH.',
  );
}

function usualPath(): string | undefined {
  return USUAL_PATHS.find((path) => existsSync(path));
}

function installOnDebian(): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return undefined;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    execFileSync('apt-get', ['update', '--quiet'], { stdio: 'ignore', env });
    execFileSync('apt-get', ['install', '--quiet', '--yes', '--no-install-recommends', 'redis-server'], {
      stdio: 'ignore',
      env,
    });
  } catch {
    // No network, or a package source without it: findRedisServer() throws the line that says what to do.
  }
  return usualPath();
}
