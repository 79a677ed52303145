// How does one handle tell its listeners of members? It compares the list that they know with the one there is now.
import type { Member } from '@nestjs-realtime/contract';
import { Listeners, type Off } from './listeners.js';
import { type MemberList, membersBeside } from './member-list.js';

export class HandlePresence {
  private readonly changes = new Listeners<MemberList>();
  private readonly joins = new Listeners<Member>();
  private readonly leaves = new Listeners<Member>();
  private telling = false;

  constructor(
    private readonly current: () => MemberList,
    private readonly setData: (data: unknown) => Promise<void>,
  ) {}

  update(data: unknown): Promise<void> {
    return this.setData(data);
  }

  get members(): MemberList {
    return this.current();
  }

  onMembers(listener: (members: MemberList) => void): Off {
    return this.changes.add(listener);
  }

  onJoin(listener: (member: Member) => void): Off {
    return this.joins.add(listener);
  }

  onLeave(listener: (member: Member) => void): Off {
    return this.leaves.add(listener);
  }

  /** The list is another one now. What a listener changes is told after that, so that each one hears all in order. */
  changed(before: MemberList): void {
    if (this.telling) return;
    this.telling = true;
    for (let told = before; told !== this.members;) {
      const { members } = this;
      if (this.leaves.count) for (const member of membersBeside(told, members)) this.leaves.emit(member);
      if (this.joins.count) for (const member of membersBeside(members, told)) this.joins.emit(member);
      this.changes.emit(members, () => this.members === members);
      told = members;
    }
    this.telling = false;
  }

  close(): void {
    for (const listeners of [this.changes, this.joins, this.leaves]) listeners.close();
  }
}
