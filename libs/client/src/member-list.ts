// Who is on a channel? A list that the reply to a subscription replaces, and that diffs change. What a server sends may be anything.
import type { Member } from '@nestjs-realtime/contract';
import { isOffset } from './log-position.js';

/** Frozen, in order of `since`, then of `userId`. Another array after each change. */
export type MemberList = readonly Member[];

export const NO_MEMBERS: MemberList = Object.freeze([]);

/**
 * The list after a diff. Where nothing has changed it is the earlier list; a member that has not changed is the earlier object.
 *
 * Security note: reads data of a server; what is no member is left out.
 *
 * @param joined members that have come or changed.
 * @param left members that have gone; undefined: `joined` has all members there are.
 */
export function changedMembers(before: MemberList, joined: unknown, left?: unknown): MemberList {
  const known = new Map(before.map((member) => [member.userId, member]));
  const now = left === undefined ? new Map<string, Member>() : known;
  for (const member of items(left)) now.delete(member.userId);
  for (const member of items(joined).filter(isMember)) {
    const earlier = known.get(member.userId);
    now.set(member.userId, earlier && isSame(earlier, member) ? earlier : member);
  }
  const list = [...now.values()].sort((a, b) => compare(a.since, b.since) || compare(a.userId, b.userId));
  return list.length === before.length && list.every((member, i) => member === before[i])
    ? before
    : Object.freeze(list);
}

/** The members of a list whose users are not in another. */
export function membersBeside(list: MemberList, other: MemberList): Member[] {
  const users = new Set(other.map(({ userId }) => userId));
  return list.filter(({ userId }) => !users.has(userId));
}

/** Objects that may lack anything. */
function items(value: unknown): Member[] {
  return Array.isArray(value) ? value.map((item: Member | null) => item ?? ({} as Member)) : [];
}

function isMember({ userId, since, connections }: Member): boolean {
  return typeof userId === 'string' && typeof since === 'string' && isOffset(connections);
}

function isSame(one: Member, other: Member): boolean {
  try {
    return JSON.stringify(one) === JSON.stringify(other);
  } catch {
    // Deeper than the stack allows
    return false;
  }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
