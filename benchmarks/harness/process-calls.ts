// How do the processes of a benchmark talk? Calls with answers and notes without, over Node's IPC channel.
import type { ChildProcess } from 'node:child_process';

/** What a process can be asked: one function per call. */
export type ProcessApi = Record<string, (input: never) => unknown>;

type InputOf<Api, Name extends keyof Api> = Api[Name] extends (input: infer Input) => unknown ? Input : never;
type AnswerOf<Api, Name extends keyof Api> = Api[Name] extends (input: never) => infer Answer ? Awaited<Answer> : never;

type Frame =
  | { kind: 'call'; id: number; name: string; input: unknown }
  | { kind: 'answer'; id: number; answer?: unknown; fault?: string }
  | { kind: 'note'; value: number };

/** A child process seen from its parent. */
export class RemoteProcess<Api> {
  private readonly waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  private calls = 0;
  private noteListener: (value: number) => void = () => undefined;

  constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {
    child.on('message', (frame: Frame) => this.onFrame(frame));
    child.on('exit', (code, signal) => this.failAll(`The ${name} process ended early (${signal ?? `code ${code}`}).`));
    child.on('error', (error) => this.failAll(`The ${name} process failed: ${error.message}`));
  }

  call<Name extends keyof Api & string>(name: Name, input: InputOf<Api, Name>): Promise<AnswerOf<Api, Name>> {
    return new Promise((resolve, reject) => {
      const id = ++this.calls;
      this.waiting.set(id, { resolve, reject });
      this.send({ kind: 'call', id, name, input });
    });
  }

  /** Sends a number that gets no answer. */
  note(value: number): void {
    this.send({ kind: 'note', value });
  }

  onNote(listener: (value: number) => void): void {
    this.noteListener = listener;
  }

  /** Lets the process end by itself and waits until it has, so that a CPU profile is written. */
  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    this.child.disconnect();
    await ended;
  }

  private send(frame: Frame): void {
    this.child.send(frame, (error) => {
      if (error && 'id' in frame) this.settle(frame.id)?.reject(error);
    });
  }

  private onFrame(frame: Frame): void {
    if (frame.kind === 'note') return this.noteListener(frame.value);
    if (frame.kind !== 'answer') return;
    const call = this.settle(frame.id);
    if (frame.fault === undefined) call?.resolve(frame.answer as never);
    else call?.reject(new Error(`${this.name}: ${frame.fault}`));
  }

  private settle(id: number) {
    const call = this.waiting.get(id);
    this.waiting.delete(id);
    return call;
  }

  private failAll(message: string): void {
    for (const id of [...this.waiting.keys()]) this.settle(id)?.reject(new Error(message));
  }
}

/** Answers the parent's calls until it disconnects. */
export function answerCalls<Api extends object>(api: Api, onNote: (value: number) => void = () => undefined): void {
  process.on('message', (frame: Frame) => {
    if (frame.kind === 'note') onNote(frame.value);
    if (frame.kind === 'call') void answer(api, frame);
  });
  process.on('disconnect', () => process.exit(0));
}

/** Sends the parent a number that gets no answer. */
export function noteToParent(value: number): void {
  process.send?.({ kind: 'note', value } satisfies Frame);
}

async function answer(api: object, { id, name, input }: Frame & { kind: 'call' }): Promise<void> {
  try {
    const call = (api as Record<string, (input: unknown) => unknown>)[name];
    if (call === undefined) throw new Error(`There is no call "${name}".`);
    reply({ kind: 'answer', id, answer: await call.call(api, input) });
  } catch (error) {
    reply({ kind: 'answer', id, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function reply(frame: Frame): void {
  process.send?.(frame);
}
