// What does an application's client look like that was written for a raw gateway? It is the same for both servers, and nobody changes it.
import { io, type Socket } from 'socket.io-client';

/** What it has heard, in order. */
export type Transcript = [event: string, ...args: unknown[]][];

export class UploadClient {
  readonly heard: Transcript = [];
  readonly socket: Socket;
  private readonly waiting: (() => void)[] = [];

  constructor(url: string, token: string) {
    this.socket = io(url, { auth: { token }, transports: ['websocket'], reconnection: false, forceNew: true });
    for (const event of ['on_upload_success', 'session_expired', 'chat message', 'refresh']) {
      this.socket.on(event, (...args: unknown[]) => this.hear(event, args));
    }
  }

  /** Resolves once connected; rejects with the text of the refusal. */
  connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.once('connect', resolve);
      this.socket.once('connect_error', (error) => reject(new Error(error.message)));
      this.socket.once('disconnect', (reason) => reject(new Error(reason)));
    });
  }

  say(text: string): Promise<unknown> {
    return this.socket.emitWithAck('chat message', { text });
  }

  /** Resolves once it has heard that many events. */
  async hears(count: number): Promise<Transcript> {
    while (this.heard.length < count) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.heard;
  }

  private hear(event: string, args: unknown[]): void {
    this.heard.push([event, ...args]);
    for (const wake of this.waiting.splice(0)) wake();
  }
}
