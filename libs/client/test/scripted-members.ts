// What does a server with presence do in a test of the client? It keeps the members of one channel, and sends what changes.
import type { ChannelFrame, Member, PresenceFrame, SubscribeFrame } from '@nestjs-realtime/contract';
import type { Socket } from 'socket.io';
import type { HeardRequest, ScriptedServer } from './scripted-server.js';

/** A member that came at that second. */
export const memberOf = (userId: string, second = 0, more: Partial<Member> = {}): Member => ({
  userId,
  connections: 1,
  since: new Date(second * 1_000).toISOString(),
  ...more,
});

export class ScriptedMembers {
  private readonly byUser = new Map<string, Member>();
  private readonly subscribed = new Set<Socket>();

  /** @param isVisible whether clients are told of members. */
  constructor(
    private readonly server: ScriptedServer,
    readonly channel = 'a',
    public isVisible = true,
  ) {
    server.on('rt:subscribe', (request) => this.answer(request));
    server.on('rt:unsubscribe', ({ socket, body }) => {
      const left = [body].flat() as ChannelFrame[];
      if (left.some((each) => each.channel === channel)) this.subscribed.delete(socket);
      const replies = left.map((each) => ({ ok: true, channel: each.channel }));
      return Array.isArray(body) ? replies : replies[0];
    });
  }

  /** Those who are there, in the order that clients see. */
  get members(): Member[] {
    const order = ({ since, userId }: Member): string => `${since} ${userId}`;
    return [...this.byUser.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
  }

  has(userId: string): boolean {
    return this.byUser.has(userId);
  }

  /** Changes who is there. @param isTold whether those who are subscribed hear of it. */
  change(joined: readonly Member[], left: readonly string[] = [], isTold = true): void {
    const gone = left.flatMap((userId) => this.byUser.get(userId) ?? []);
    for (const { userId } of gone) this.byUser.delete(userId);
    for (const member of joined) this.byUser.set(member.userId, member);
    if (isTold) this.send({ joined, left: gone });
  }

  /** Sends a diff to those who are subscribed, whatever is in it. */
  send(diff: Omit<PresenceFrame, 'channel'> | object): void {
    for (const socket of this.subscribed) socket.emit('rt:presence', { channel: this.channel, ...diff });
  }

  /** Ends the subscriptions. */
  evict(code = 'INSUFFICIENT_STATE', retryable = true): void {
    for (const socket of this.subscribed) socket.emit('rt:evicted', { channel: this.channel, code, retryable });
    this.subscribed.clear();
  }

  /** What a subscription to a channel begins with. */
  admission(channel = this.channel): object {
    return { channel, ...(channel === this.channel && this.isVisible && { members: [...this.members].reverse() }) };
  }

  /** Subscribes the newest connection, which has not asked for it. */
  announce(): void {
    this.subscribed.add(this.server.socket);
    this.server.socket.emit('rt:subscribed', this.admission());
  }

  private answer({ body, socket }: HeardRequest): unknown {
    const items = [body].flat() as SubscribeFrame[];
    if (items.some(({ channel }) => channel === this.channel)) this.subscribed.add(socket);
    const answers = items.map(({ channel }) => ({ ok: true, ...this.admission(channel) }));
    return Array.isArray(body) ? answers : answers[0];
  }
}
