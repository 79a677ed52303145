// What do clients hear of a channel's members? All of them in a reply, and later what has changed.
import type { Member } from '@nestjs-realtime/contract';
import type { PresenceEntry, ToldMember } from '../broker/presence.store.js';

/** A member that is told again has changed. One that is told to have left may be unknown to a client that came later. */
export interface MemberDiff {
  readonly joined: readonly Member[];
  readonly updated: readonly Member[];
  readonly left: readonly Member[];
}

/** Users who have joined and those who have left, each with what was told of them last. */
export interface MemberEdges {
  readonly joined: readonly ToldMember[];
  readonly left: readonly ToldMember[];
}

/** One user as the entries of all nodes show them. Every node comes to the same, in whatever order it has heard of the entries. */
export function mergedMember(userId: string, entries: readonly PresenceEntry[]): Member {
  let [newest] = entries;
  let { since } = newest;
  let connections = 0;
  for (const entry of entries) {
    connections += entry.connections;
    since = Math.min(since, entry.since);
    if (isNewer(entry, newest)) newest = entry;
  }
  const { data } = newest;
  return { userId, connections, ...(data !== undefined && { data }), since: new Date(since).toISOString() };
}

/** Whether clients have nothing to hear: how many connections a member has is told with its next change. */
export function isSameMember(one: Member, other: Member): boolean {
  return one.since === other.since && isSameData(one.data, other.data);
}

export function isSameData(one: unknown, other: unknown): boolean {
  return Object.is(one, other) || JSON.stringify(one) === JSON.stringify(other);
}

function isNewer(one: PresenceEntry, other: PresenceEntry): boolean {
  if (one.setAt !== other.setAt || one === other) return one.setAt > other.setAt;
  return (JSON.stringify(one.data) ?? '') > (JSON.stringify(other.data) ?? '');
}
