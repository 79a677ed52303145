// Does a user hear what they may not? One connection at each of some nodes that asks for channels that are not its own, and must hear nothing.
import { io, type Socket } from 'socket.io-client';
import { connected } from './connected.js';
import type { ChaosNode } from './nodes.js';

const FORBIDDEN = ['t.admin', 't.user.somebody-else'];
/** To these it is subscribed by the server. */
const OWN = ['t.mine.stranger', 't.plain'];
const CONNECT_MS = 5_000;

export class Stranger {
  /** Frames of channels that it may not know, and subscriptions to them that were granted. */
  unauthorized = 0;
  /** Events that it would have heard. */
  published = 0;
  private socket: Socket | null = null;

  constructor(private readonly node: ChaosNode) {}

  /** Asks for the channels, after which something is published there. */
  async listen(): Promise<void> {
    if (this.socket?.connected !== true) await this.connect();
    for (const channel of FORBIDDEN) {
      const reply = (await this.socket!.timeout(CONNECT_MS)
        .emitWithAck('rt:subscribe', { channel })
        .catch(() => ({ ok: false }))) as { ok: boolean };
      if (reply.ok) this.unauthorized++;
    }
    const calls = [
      { channel: 't.admin', payload: { n: 1 } },
      { channel: 't.user.{userId}', params: { userId: 'somebody-else' }, payload: { n: 1 } },
    ];
    for (const call of calls) {
      const { status } = await this.node.fixture.control('/publish', call);
      if (status === 200) this.published++;
    }
  }

  close(): void {
    this.socket?.disconnect();
  }

  private async connect(): Promise<void> {
    const { fixture } = this.node;
    const socket = io(fixture.url, {
      path: fixture.path,
      auth: { token: await fixture.login('stranger') },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      timeout: CONNECT_MS,
    });
    this.socket = socket;
    const hear = (channel: string): void => void (OWN.includes(channel) || this.unauthorized++);
    socket.on('rt:event', hear);
    for (const frame of ['rt:presence', 'rt:subscribed']) {
      socket.on(frame, ({ channel }: { channel: string }) => hear(channel));
    }
    await connected(socket);
  }
}
