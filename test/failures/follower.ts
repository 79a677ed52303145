// What does a member of a channel with history hear while something dies? It goes on where it was, and judges each offset.
import { setTimeout } from 'node:timers/promises';
import type { Position } from '@nestjs-realtime/contract';
import { io, type Socket } from 'socket.io-client';

/** Where a node takes clients. */
export interface Door {
  readonly url: string;
  readonly path?: string;
}

interface SubscribeReply {
  readonly ok: boolean;
  readonly position?: Position;
  readonly recovered?: boolean;
}

const PAUSE_MS = 20;
const REQUEST_MS = 10_000;

export class Follower {
  /** Payloads in their order. */
  readonly heard: unknown[] = [];
  /** Offsets that did not follow the one before. */
  readonly wrong: string[] = [];
  /** Codes of evictions. */
  readonly evictions: string[] = [];
  /** What the answers to `recover` said. */
  readonly recovered: (boolean | undefined)[] = [];
  position: Position | null = null;
  private socket: Socket | null = null;

  constructor(readonly channel: string) {}

  /** Resolves when it is a member at this node. A connection to another node ends. */
  async join({ url, path = '/realtime' }: Door, token: string): Promise<this> {
    this.leave();
    const socket = io(url, { path, auth: { token }, transports: ['websocket'], forceNew: true, reconnection: false });
    this.socket = socket;
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    socket.on('rt:event', (channel: string, _event: string, payload: unknown, offset: number) => {
      if (channel === this.channel) this.hear(payload, offset);
    });
    socket.on('rt:evicted', ({ channel, code }: { channel: string; code: string }) => {
      if (channel !== this.channel) return;
      this.evictions.push(code);
      void this.subscribe(socket);
    });
    await this.subscribe(socket);
    return this;
  }

  get isConnected(): boolean {
    return this.socket?.connected === true;
  }

  leave(): void {
    this.socket?.disconnect();
    this.socket = null;
  }

  /** Asks until it is a member, or the connection has ended. */
  private async subscribe(socket: Socket): Promise<void> {
    while (socket.connected) {
      const { channel, position } = this;
      const asked = { channel, ...(position !== null && { recover: position }) };
      const isMember = await new Promise<boolean>((resolve) => {
        socket.timeout(REQUEST_MS).emit('rt:subscribe', asked, (error: Error | null, reply: SubscribeReply) => {
          const isDone = error === null && reply.ok;
          // in the tick of the answer, because events may follow in the same one
          if (isDone) this.begin(reply, position !== null);
          resolve(isDone);
        });
      });
      if (isMember) return;
      await setTimeout(PAUSE_MS);
    }
  }

  private begin({ position, recovered }: SubscribeReply, wasMember: boolean): void {
    if (wasMember) this.recovered.push(recovered);
    if (!wasMember || recovered !== true) this.position = position ?? null;
  }

  private hear(payload: unknown, offset: number): void {
    const { epoch = '', offset: last = 0 } = this.position ?? {};
    if (offset !== last + 1) this.wrong.push(`${offset} after ${last}`);
    this.position = { epoch, offset };
    this.heard.push(payload);
  }
}
