// How do the tests run the demo on three nodes? As `npm run demo:cluster` does, after a build.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/test/cluster/main.js', import.meta.url));
const TOKEN = 'a-token-of-the-tests';

export interface ClusterNode {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
}

export class ClusterProcess {
  private constructor(
    private readonly child: ChildProcess,
    /** Of the balancer. */
    readonly url: string,
    readonly nodes: readonly ClusterNode[],
    /** What was said on stdout. */
    readonly said: readonly string[],
  ) {}

  static async start(): Promise<ClusterProcess> {
    const child = spawn(process.execPath, [MAIN], {
      env: { ...process.env, DEMO_PASSWORD: '', METRICS_TOKEN: TOKEN, PORT: '0' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const stdout = createInterface({ input: child.stdout });
    const said: string[] = [];
    stdout.on('line', (line) => said.push(line));
    const ended = once(child, 'close').then(() => {
      throw new Error('The cluster ended before it was ready; run "npm run demo:cluster" to see why.');
    });
    await Promise.race([once(stdout, 'line'), ended]);
    ended.catch(() => undefined);
    const { url, nodes } = JSON.parse(said[0].slice('READY '.length)) as { url: string; nodes: ClusterNode[] };
    return new ClusterProcess(child, url, nodes, said);
  }

  /** How many clients a node has; 0 of one that is away. */
  async clientsOf({ url }: ClusterNode): Promise<number> {
    try {
      const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
      return Number(/^realtime_server_connections(?:\{.*\})? (\d+)/m.exec(await response.text())?.[1] ?? 0);
    } catch {
      return 0;
    }
  }

  /** Asks it to end, and resolves with its exit code. */
  async stop(): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const exit = once(this.child, 'exit') as Promise<[number | null]>;
    this.child.kill('SIGINT');
    const [code] = await exit;
    return code;
  }
}
