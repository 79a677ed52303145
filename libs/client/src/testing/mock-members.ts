// Who is on one channel with presence? One member for each user, as a server keeps them.
import type { Member, PresenceFrame } from '@nestjs-realtime/contract';

export type MemberDiff = Omit<PresenceFrame, 'channel'>;

export class MockMembers {
  private readonly byUser = new Map<string, Member>();
  private newest = 0;

  get all(): readonly Member[] {
    return [...this.byUser.values()];
  }

  has(userId: string): boolean {
    return this.byUser.has(userId);
  }

  /** A user who is there gets the data. Of two users, the one who joined first has the smaller `since`. */
  join(userId: string, data: unknown): MemberDiff {
    this.newest = Math.max(Date.now(), this.newest + 1);
    const { since } = this.byUser.get(userId) ?? { since: new Date(this.newest).toISOString() };
    const member: Member = { userId, connections: 1, data, since };
    this.byUser.set(userId, member);
    return { joined: [member], left: [] };
  }

  leave(userId: string): MemberDiff {
    const member = this.byUser.get(userId);
    this.byUser.delete(userId);
    return { joined: [], left: member ? [member] : [] };
  }
}
