// What does a client do whose nodes die? It connects to another, asks for what it has missed, and goes on.
import { setTimeout } from 'node:timers/promises';
import type { Position } from '@nestjs-realtime/contract';
import { io, type Socket } from 'socket.io-client';
import { connected } from './connected.js';
import { ChaosMember } from './member.js';
import type { Nodes } from './nodes.js';
import type { Reader } from './reader.js';
import type { Chance } from '../kit/chance.js';

interface SubscribeReply {
  readonly ok: boolean;
  readonly position?: Position;
  readonly recovered?: boolean;
  readonly error?: { readonly code: string };
}

/** How long a client waits before it tries again, at most. */
const PAUSE_MS = 400;
const REQUEST_MS = 8_000;
/** Rooms in which clients are members. Each connection has another one, so that users leave rooms with every fault. */
const ROOMS = 12;

export class ChaosClient {
  private socket: Socket | null = null;
  private token: string | null = null;
  private isClosed = false;
  /** By node, and how often. */
  readonly connections: Record<string, number> = {};
  readonly member: ChaosMember;

  constructor(
    readonly userId: string,
    private readonly nodes: Nodes,
    readonly readers: readonly Reader[],
    private readonly chance: Chance,
  ) {
    this.member = new ChaosMember(userId);
  }

  /** Follows its channels until it is closed. */
  async run(): Promise<void> {
    while (!this.isClosed) {
      try {
        await this.visit();
      } catch {
        // the node is gone, or Redis is: there is another attempt
      }
      await this.pause();
    }
  }

  /** Whether all channels are subscribed, and every one is at the given position. */
  isAt(tops: ReadonlyMap<string, Position>): boolean {
    return this.readers.every(({ channel, position }) => {
      const top = tops.get(channel);
      return position !== null && position.epoch === top?.epoch && position.offset >= top.offset;
    });
  }

  close(): void {
    this.isClosed = true;
    this.socket?.disconnect();
  }

  /** One connection, from its beginning to its end. */
  private async visit(): Promise<void> {
    const node = this.nodes.one(this.chance);
    this.token ??= await node.fixture.login(this.userId);
    const socket = io(node.fixture.url, {
      path: node.fixture.path,
      auth: { token: this.token },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      timeout: 5_000,
    });
    this.socket = socket;
    const ended = new Promise<void>((resolve) => socket.once('disconnect', () => resolve()));
    socket.on('rt:event', (channel: string, _event: string, { n }: { n: number }, offset: number) => {
      this.readers.find((reader) => reader.channel === channel)?.hear(offset, n);
    });
    socket.on('rt:evicted', ({ channel }: { channel: string }) => {
      const reader = this.readers.find((one) => one.channel === channel);
      if (reader !== undefined) void this.follow(socket, reader);
      if (channel !== this.member.room) return;
      this.member.evicted();
      void this.enter(socket);
    });
    try {
      await connected(socket);
      this.connections[node.name] = (this.connections[node.name] ?? 0) + 1;
      this.member.begin(socket, `t.here.r${this.chance.below(ROOMS)}`);
      await Promise.all([this.enter(socket), ...this.readers.map((reader) => this.follow(socket, reader))]);
      await ended;
    } catch (error) {
      // an emptied Redis knows no session any longer
      if ((error as { data?: { code?: string } }).data?.code === 'UNAUTHENTICATED') this.token = null;
      throw error;
    } finally {
      socket.disconnect();
    }
  }

  /** Asks until the client is in its room, or the connection has ended. */
  private async enter(socket: Socket): Promise<void> {
    while (socket.connected && !this.isClosed) {
      if (await this.member.enter()) return;
      await this.pause();
    }
  }

  /** Asks until the channel is subscribed, or the connection has ended. */
  private async follow(socket: Socket, reader: Reader): Promise<void> {
    while (socket.connected && !this.isClosed) {
      const { channel, position } = reader;
      const asked = { channel, ...(position !== null && { recover: position }) };
      const answered = await new Promise<boolean>((resolve) => {
        socket.timeout(REQUEST_MS).emit('rt:subscribe', asked, (error: Error | null, reply: SubscribeReply) => {
          // in the tick of the answer, because events may follow in the same one
          const isSubscribed = error === null && reply.ok && reply.position !== undefined;
          if (isSubscribed) reader.subscribed(reply.position, reply.recovered);
          resolve(isSubscribed);
        });
      });
      if (answered) return;
      await this.pause();
    }
  }

  private pause(): Promise<void> {
    return setTimeout(50 + this.chance.below(PAUSE_MS));
  }
}
