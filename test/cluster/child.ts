// How does one process of the cluster run? Until it is told to end; one that dies before is started again.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** How long a process may take to end, in milliseconds. Then it is killed. */
const LONGEST_END = 15_000;

export class Child {
  private child: ChildProcess | null = null;
  private isStopping = false;

  /** @param ready finds in a line of the process that it is ready, and what it says then. */
  constructor(
    readonly name: string,
    private readonly program: string,
    private readonly environment: Readonly<Record<string, string>>,
    private readonly ready: RegExp,
    private readonly started: (said: string) => void,
    private readonly died: () => void,
  ) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Resolves once the process is ready. Rejects where it ends before. */
  async start(): Promise<void> {
    // In a group of its own: a Ctrl-C in the terminal ends this process alone, which ends the others in order.
    const child = spawn(process.execPath, [this.program], {
      env: { ...process.env, NO_COLOR: '1', ...this.environment },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    this.child = child;
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    for await (const line of createInterface({ input: child.stdout })) {
      process.stderr.write(`${this.name}: ${line}\n`);
      const said = this.ready.exec(line);
      if (said === null) continue;
      this.started(said[1] ?? '');
      child.stdout.on('data', (text: Buffer) => process.stderr.write(text));
      child.stdout.resume();
      child.once('exit', () => this.ended());
      return;
    }
    throw new Error(`${this.name} ended before it was ready.`);
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    const { child } = this;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), LONGEST_END);
    await exit;
    clearTimeout(killer);
  }

  private ended(): void {
    if (this.isStopping) return;
    process.stderr.write(`${this.name} has died, and is started again\n`);
    this.died();
    this.start().catch((error: unknown) => {
      if (!this.isStopping) console.error(error);
    });
  }
}
