// What does a server with a history do in a test of the client? It keeps the log of one channel, and sends what was missed after its reply.
import type { ChannelFrame, Position, SubscribeFrame } from '@nestjs-realtime/contract';
import type { Socket } from 'socket.io';
import type { HeardRequest, ScriptedServer } from './scripted-server.js';

/** Names an event: no other event of any log has its payload. */
export const nameOf = ({ epoch, offset }: Position): string => `${epoch}:${offset}`;

export class ScriptedLog {
  epoch = 'e1';
  /** Offset of the newest event that is not kept. */
  lost = 0;
  /** How many events before the asked position are sent again. */
  overlap = 0;
  top = 0;
  /** Offsets of events that are not for the client. */
  private readonly skipped = new Set<number>();
  private readonly subscribed = new Set<Socket>();

  constructor(
    private readonly server: ScriptedServer,
    readonly channel = 'a',
  ) {
    server.on('rt:subscribe', (request) => this.answer(request));
    server.on('rt:unsubscribe', ({ socket, body }) => {
      const left = [body].flat() as ChannelFrame[];
      if (left.some((each) => each.channel === channel)) this.subscribed.delete(socket);
      const replies = left.map((each) => ({ ok: true, channel: each.channel }));
      return Array.isArray(body) ? replies : replies[0];
    });
  }

  get position(): Position {
    return { epoch: this.epoch, offset: this.top };
  }

  /** What the client asked for, each time. */
  get asked(): unknown[] {
    return this.server.bodies('rt:subscribe').flat().filter((item) => (item as SubscribeFrame).channel === this.channel); // prettier-ignore
  }

  /** Whether the event is one that the client hears. */
  isHeard(offset: number): boolean {
    return !this.skipped.has(offset);
  }

  /** Appends an event; `isFor` false: the client gets its place alone. @returns its offset. */
  append(isFor = true): number {
    this.top++;
    if (!isFor) this.skipped.add(this.top);
    return this.top;
  }

  /** Appends events and sends them to those who are subscribed. */
  publish(count = 1): void {
    for (let i = 0; i < count; i++) this.send(this.append());
  }

  send(offset: number): void {
    for (const socket of this.subscribed) this.sendTo(socket, offset);
  }

  /** Sends any frame of the channel, such as a malformed one. */
  emit(frame: string, ...args: unknown[]): void {
    for (const socket of this.subscribed) socket.emit(frame, this.channel, ...args);
  }

  /** Ends the subscriptions, as a server does that has lost events. */
  evict(): void {
    for (const socket of this.subscribed)
      socket.emit('rt:evicted', { channel: this.channel, code: 'INSUFFICIENT_STATE', retryable: true });
    this.subscribed.clear();
  }

  /** Begins a log of another epoch. */
  reset(): void {
    this.epoch = `e${Number(this.epoch.slice(1)) + 1}`;
    this.top = this.lost = 0;
    this.skipped.clear();
  }

  /** Answers a subscribe request, and sends again what was missed. */
  answer({ body, socket, reply }: HeardRequest): void {
    const items = [body].flat() as SubscribeFrame[];
    const answers = items.map(({ channel, recover }) =>
      channel === this.channel
        ? { ok: true, channel, position: this.position, ...(recover && { recovered: this.has(recover) }) }
        : { ok: true, channel },
    );
    reply(Array.isArray(body) ? answers : answers[0]);
    for (const { channel, recover } of items) {
      if (channel !== this.channel) continue;
      this.subscribed.add(socket);
      if (!recover || !this.has(recover)) continue;
      for (let offset = Math.max(1, recover.offset + 1 - this.overlap); offset <= this.top; offset++)
        this.sendTo(socket, offset);
    }
  }

  private sendTo(socket: Socket, offset: number): void {
    if (this.skipped.has(offset)) socket.emit('rt:skip', this.channel, offset);
    else socket.emit('rt:event', this.channel, 'said', nameOf({ epoch: this.epoch, offset }), offset);
  }

  private has({ epoch, offset }: Position): boolean {
    return epoch === this.epoch && offset >= this.lost && offset <= this.top;
  }
}
