import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { PresenceDiff, PresencePage } from '../broker/presence.store.js';
import { MemberFollower } from './member-follower.js';
import { MergedMembers } from './merged-members.js';

const ENTRY = { connections: 1, since: 1, setAt: 1 };

function started() {
  const members = new MergedMembers(() => 'n0');
  const asked: number[] = [];
  const own: string[][] = [];
  const store = { version: 5, isAway: false, users: ['ada'], isForgotten: false };
  const read = async (): Promise<PresencePage> => {
    asked.push(Math.round(performance.now()));
    if (store.isAway) throw new Error('away');
    const { version, users } = store;
    const of = (names: string[]) => new Map(names.map((name) => [name, ENTRY] as const));
    return {
      version,
      byNode: new Map([...(users.length > 0 ? [['n1', of(users)] as const] : []), ['n0', of(['own'])]]),
    };
  };
  const follower = new MemberFollower({
    members,
    read,
    foundOwn: (entries) => void own.push([...entries.keys()]),
    ownId: () => 'n0',
    isForgotten: () => store.isForgotten,
  });
  return { members, asked, own, store, follower };
}

function diff(version: number, previous: number, userId: string): PresenceDiff {
  return { channel: 'rooms.1', version, previous, nodeId: 'n1', changes: [{ userId, entry: ENTRY }] };
}

describe('the follower of members', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  it('reads once, however many ask, and then folds', async () => {
    const { members, asked, own, follower } = started();
    await Promise.all([follower.live(), follower.live(), follower.live()]);
    follower.receive(diff(6, 5, 'bob'));
    follower.receive(diff(9, 6, 'cy'));
    await follower.live();
    expect([asked.length, members.size, own]).toEqual([1, 3, [['own']]]);
  });

  it('reads again on a gap, on another version and after a loss, at most once a second', async () => {
    const { members, asked, store, follower } = started();
    await follower.live();
    store.version = 8;
    store.users.push('bob', 'cy');
    follower.receive(diff(8, 7, 'cy'));
    const isLive = follower.live();
    await pass(999);
    expect(asked).toHaveLength(1);
    await pass(1);
    await isLive;
    expect([asked.length, members.size]).toEqual([2, 3]);
    follower.check(8);
    await pass(5_000);
    expect(asked).toHaveLength(2);
    follower.check(9);
    await pass(5_000);
    follower.rejoined();
    await pass(5_000);
    expect(asked).toHaveLength(4);
  });

  it('repeats a read that was not answered, less and less often', async () => {
    const { asked, store, follower } = started();
    store.isAway = true;
    const start = Math.round(performance.now());
    const isLive = follower.live();
    await pass(9_000);
    expect(asked.map((at) => at - start)).toEqual([0, 200, 600, 1_400, 3_000, 5_000, 7_000, 9_000]);
    store.isAway = false;
    await pass(2_000);
    await isLive;
    expect(asked).toHaveLength(9);
  });

  it('keeps members of nodes that have not told again yet what the store has forgotten, for ten seconds', async () => {
    const { members, store, follower } = started();
    await follower.live();
    Object.assign(store, { version: 8, users: [], isForgotten: true });
    follower.rejoined();
    await pass(1_000);
    store.isForgotten = false;
    await pass(9_000);
    expect(members.get('ada')).toBeDefined();
    await pass(2_000);
    expect(members.get('ada')).toBeUndefined();
  });

  it('reads nothing after it was closed, and lets go who waits', async () => {
    const { asked, store, follower } = started();
    store.isAway = true;
    const isLive = follower.live();
    await pass(100);
    follower.close();
    await isLive;
    await pass(10_000);
    expect(asked).toHaveLength(1);
  });
});
