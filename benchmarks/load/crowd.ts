// Which clients load the server? Many raw ones, which work on one task together.
import { type PacketListener, RawClient } from './raw-client.js';

/** What the crowd is doing; a packet that the current task does not expect is a fault. */
export interface CrowdTask {
  onEvent(client: RawClient, buffer: Buffer, start: number, end: number): void;
  onAcknowledgement(client: RawClient, id: number, buffer: Buffer, start: number, end: number): void;
  onFault(error: Error): void;
}

/** Clients that dial at the same time. */
const DIALLING = 100;
/** A task without progress for this many milliseconds has failed. */
const STALLED_AFTER = 20_000;

export class Crowd implements PacketListener {
  clients: RawClient[] = [];
  private task: CrowdTask | undefined;
  private fault: Error | undefined;

  /** With `users`, each client says that it is another user, whose id begins like that. */
  async connect(count: number, port: number, path: string, users?: string): Promise<void> {
    let dialled = this.clients.length;
    const target = dialled + count;
    const dial = async (): Promise<void> => {
      while (dialled < target) {
        const index = dialled++;
        const auth = users === undefined ? undefined : { userId: `${users}${index}` };
        this.clients.push(await RawClient.open(index, port, path, this, auth));
      }
    };
    await Promise.all(Array.from({ length: Math.min(DIALLING, count) }, dial));
    this.clients.sort((a, b) => a.index - b.index);
  }

  disconnect(count: number): void {
    for (const client of this.clients.splice(-count)) client.close();
  }

  /** Stalled clients leave the crowd: no task expects anything from them, and the server may disconnect them. */
  stall(count: number): void {
    for (const client of this.clients.splice(-count)) client.stall();
  }

  /** Clients that only listen leave the crowd: what they receive is not checked. */
  overhear(count: number): void {
    for (const client of this.clients.splice(-count)) client.overhear();
  }

  /**
   * Runs one task to its end. `create` gets the functions that end it; `moved` counts its progress, to notice a standstill.
   * @throws Error when anything happens that the task does not expect.
   */
  async run<Result>(
    create: (
      finish: (result: Result) => void,
      fail: (error: Error) => void,
    ) => CrowdTask & { moved(): number; start(): void },
  ): Promise<Result> {
    if (this.fault) throw this.fault;
    let watch: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Result>((resolve, reject) => {
        const task = create(resolve, reject);
        let before = -1;
        watch = setInterval(() => {
          if (task.moved() === before)
            reject(new Error(`Standstill after ${before} packets: the server lost the others.`));
          before = task.moved();
        }, STALLED_AFTER);
        this.task = task;
        task.start();
      });
    } finally {
      clearInterval(watch);
      this.task = undefined;
    }
  }

  onEvent(client: RawClient, buffer: Buffer, start: number, end: number): void {
    if (isPresence(buffer, start)) return;
    if (this.task) this.task.onEvent(client, buffer, start, end);
    else if (!isWelcome(buffer, start))
      this.fault = new Error(`No task expects ${buffer.toString('utf8', start, end)}`);
  }

  onAcknowledgement(client: RawClient, id: number, buffer: Buffer, start: number, end: number): void {
    if (this.task) this.task.onAcknowledgement(client, id, buffer, start, end);
    else this.fault = new Error(`No task expects acknowledgement ${id}.`);
  }

  onFault(client: RawClient, error: Error): void {
    this.fault = new Error(`Client ${client.index}: ${error.message}`);
    this.task?.onFault(this.fault);
  }
}

/** Whether an event is `rt:welcome`, which `rt:` servers send to every new connection. */
export function isWelcome(buffer: Buffer, start: number): boolean {
  return buffer.toString('latin1', start, start + WELCOME.length) === WELCOME;
}

/** Whether an event is `rt:presence`, which members of a channel with presence get at any time. Compared by few bytes, because all events are. */
function isPresence(buffer: Buffer, start: number): boolean {
  return buffer[start + 2] === 0x72 && buffer[start + 4] === 0x3a && buffer[start + 5] === 0x70;
}

const WELCOME = '["rt:welcome"';
