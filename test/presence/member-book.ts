// What does a client believe of who is here? What the answers said, with every diff folded onto it.
import type { Member, Position, PresenceFrame } from '@nestjs-realtime/contract';
import type { Client, Reply } from '../kit/client.js';

interface MembersReply extends Reply {
  readonly members?: readonly Member[];
  readonly position?: Position;
}

export class MemberBook {
  readonly diffs: PresenceFrame[] = [];
  private readonly known = new Map<string, Member>();
  isSubscribed = false;

  constructor(
    readonly client: Client,
    readonly channel: string,
  ) {
    client.socket.on('rt:presence', (frame: PresenceFrame) => frame.channel === channel && this.fold(frame));
  }

  /** In the tick of the answer, because diffs may follow in the same one. */
  subscribe(): Promise<MembersReply> {
    return new Promise((resolve) => {
      this.client.socket.emit('rt:subscribe', { channel: this.channel }, (reply: MembersReply) => {
        this.known.clear();
        this.isSubscribed = reply.ok;
        for (const member of reply.members ?? []) this.known.set(member.userId, member);
        resolve(reply);
      });
    });
  }

  async leave(): Promise<void> {
    this.isSubscribed = false;
    await this.client.unsubscribe(this.channel);
  }

  get members(): Iterable<Member> {
    return this.known.values();
  }

  async asked(): Promise<string[]> {
    const { members = [] } = await this.client.request<MembersReply>('rt:members', { channel: this.channel });
    return members.map(({ userId }) => userId).sort();
  }

  get userIds(): string[] {
    return [...this.known.keys()].sort();
  }

  get(userId: string): Member | undefined {
    return this.known.get(userId);
  }

  /** The user ids of all diffs, in order: `+ann`, `-bob`. */
  get told(): string[] {
    return this.diffs.flatMap(({ joined, left }) => [
      ...left.map(({ userId }) => `-${userId}`),
      ...joined.map(({ userId }) => `+${userId}`),
    ]);
  }

  private fold(frame: PresenceFrame): void {
    // Between an unsubscribe request and its answer, the last ones may come.
    if (!this.isSubscribed) return;
    this.diffs.push(frame);
    for (const member of frame.joined) this.known.set(member.userId, member);
    for (const { userId } of frame.left) this.known.delete(userId);
  }
}
