// How do the browser tests start the demo? Like a user: the built application runs in its own process on a free port.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
/** Settings of the demo that the environment of the tests may contain. */
const UNSET = { DATABASE_URL: '', DATABASE_DIRECTORY: '', DEMO_PASSWORD: '', HOST: '', HOSTS: '', REDIS_URL: '' };
const READY = /The demo is open at (http:\/\/\S+)/;

export class DemoProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    /** What it has written until it was ready. */
    readonly said: readonly string[],
  ) {}

  /** Needs `npm run build`. */
  static async start(environment: Readonly<Record<string, string>> = {}): Promise<DemoProcess> {
    const child = spawn(process.execPath, [MAIN], {
      env: { ...process.env, ...UNSET, NO_COLOR: '1', PORT: '0', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said: string[] = [];
    // Warnings of Node go there.
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      process.stderr.write(`${line}\n`);
    });
    for await (const line of createInterface({ input: child.stdout })) {
      said.push(line);
      const url = READY.exec(line)?.[1];
      if (!url) continue;
      // Keeps the pipe from filling up and blocking the process.
      child.stdout.resume();
      return new DemoProcess(child, url, said);
    }
    throw new Error('The demo ended before it was ready; run "npm run build" first.');
  }

  /** As a crash. */
  async kill(): Promise<void> {
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }

  /** @returns the exit code, also when it has ended before. */
  async stop(): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const exit = once(this.child, 'exit') as Promise<[number | null]>;
    this.child.kill('SIGTERM');
    const [code] = await exit;
    return code;
  }
}
