// Who does one client believe is in its room? What the answer said, and each diff since.
import type { Member, PresenceFrame } from '@nestjs-realtime/contract';
import type { Socket } from 'socket.io-client';

interface SubscribeReply {
  readonly ok: boolean;
  readonly members?: readonly Member[];
}

const REQUEST_MS = 8_000;

export class ChaosMember {
  /** Users that it believes to be in the room. */
  readonly known = new Set<string>();
  /** The room that it wants to be in. */
  room = '';
  private socket: Socket | null = null;
  private isSubscribed = false;

  constructor(readonly userId: string) {}

  /** Whether it is in the room: connected, and subscribed. */
  get isHere(): boolean {
    return this.isSubscribed && this.socket?.connected === true;
  }

  /** From now on over this connection, in this room. */
  begin(socket: Socket, room: string): void {
    this.socket = socket;
    this.room = room;
    this.isSubscribed = false;
    socket.on('rt:presence', ({ channel, joined, left }: PresenceFrame) => {
      if (channel !== this.room || socket !== this.socket) return;
      for (const { userId } of left) this.known.delete(userId);
      for (const { userId } of joined) this.known.add(userId);
    });
  }

  /** It is in no room any more, as far as it was told. */
  evicted(): void {
    this.isSubscribed = false;
  }

  /** Whether the room has let it in. */
  async enter(): Promise<boolean> {
    const { socket, room } = this;
    return new Promise<boolean>((resolve) => {
      if (socket === null) return resolve(false);
      socket
        .timeout(REQUEST_MS)
        .emit('rt:subscribe', { channel: room }, (error: Error | null, reply: SubscribeReply) => {
          // in the tick of the answer, because diffs may follow in the same one
          const isIn = error === null && reply.ok && reply.members !== undefined && room === this.room;
          if (isIn) {
            this.known.clear();
            for (const { userId } of reply.members) this.known.add(userId);
            this.isSubscribed = true;
          }
          resolve(isIn);
        });
    });
  }

  /** Out of its room by itself, so without a grace, and into another one. */
  async move(room: string): Promise<boolean> {
    const { socket } = this;
    if (socket === null) return false;
    const before = this.room;
    this.isSubscribed = false;
    this.room = room;
    await socket.timeout(REQUEST_MS).emitWithAck('rt:unsubscribe', { channel: before });
    return this.enter();
  }
}
