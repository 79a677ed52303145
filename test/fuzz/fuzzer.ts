// Which client sends the hostile frames? One that reconnects whenever it is cut, and keeps step with the server.
import type { FixtureProcess } from '../fixture/fixture.process.js';
import { RawSocket } from '../hostile/raw-socket.js';
import type { HostileFrames } from './hostile-frames.js';

/** Harmless frames go in bursts; the server has handled one burst before the next. */
const BURST = 25;

export class Fuzzer {
  /** Frames that the server may have read. */
  sent = 0;
  cuts = 0;
  private socket: RawSocket | null = null;
  private sinceSettled = 0;

  constructor(
    private readonly fixture: FixtureProcess,
    private readonly session: string,
  ) {}

  async send({ frames, fatal }: HostileFrames): Promise<void> {
    if (this.socket === null || this.socket.closed) await this.connect();
    const socket = this.socket!;
    for (const frame of frames) socket.send(frame);
    this.sent += frames.length;
    if (fatal || ++this.sinceSettled >= BURST) await this.settle(socket);
  }

  async close(): Promise<void> {
    await this.socket?.close();
  }

  private async connect(): Promise<void> {
    this.socket = await RawSocket.connect(this.fixture, this.session);
    await this.socket.request('rt:subscribe', '[{"channel":"t.auth"},{"channel":"t.public"}]');
  }

  private async settle(socket: RawSocket): Promise<void> {
    this.sinceSettled = 0;
    await socket.settle();
    if (socket.closed) this.cuts++;
  }
}
