import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { InMemoryPresenceStore } from '../broker/in-memory.presence.store.js';
import type { AppliedPresence, PresenceChange } from '../broker/presence.store.js';
import { OwnMembers, type OwnMembersEvents } from './own-members.js';

const CHANNEL = 'rooms.1';
const TERMS = { graceMs: 15_000, gatherMs: 100 };

/** Counts calls, and can be away. */
class CountingStore extends InMemoryPresenceStore {
  calls: (readonly PresenceChange[])[] = [];
  isAway = false;
  /** Whether it answers about the channel only when it is told to. */
  isSlow = false;
  answer: () => void = () => undefined;

  constructor() {
    super(() => 'n0');
  }

  override async apply(channel: string, changes: readonly PresenceChange[]): Promise<AppliedPresence> {
    this.calls.push(changes);
    if (this.isAway) throw new Error('away');
    if (this.isSlow && channel === CHANNEL) await new Promise<void>((resolve) => (this.answer = resolve));
    return super.apply(channel, changes);
  }
}

function started(size = 0) {
  const store = new CountingStore();
  const told: string[] = [];
  const changed: string[] = [];
  const events: OwnMembersEvents = {
    size: () => size,
    changed: (_channel, { userId, entry }) => void changed.push(`${userId} ${entry?.connections ?? 0}`),
    gathered: () => undefined,
    edges: (channel, { joined, left }) => {
      told.push(...joined.map(({ userId }) => `+${userId} ${channel}`));
      told.push(...left.map(({ userId }) => `-${userId} ${channel}`));
    },
    onlineChanged: () => undefined,
    online: ({ joined, left }) =>
      void told.push(...joined.map(({ userId }) => `+${userId}`), ...left.map(({ userId }) => `-${userId}`)),
  };
  const own = new OwnMembers(store, events, TERMS);
  return { own, store, told, changed, room: own.open(CHANNEL, TERMS) };
}

const stored = async (store: InMemoryPresenceStore) => {
  const { byNode } = await store.read(CHANNEL);
  return Object.fromEntries([...(byNode.get('n0') ?? [])].map(([userId, entry]) => [userId, entry?.connections]));
};

describe('the own members of a node', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  it('tell the node at once, and the store once for all that is gathered', async () => {
    const { room, store, told, changed } = started();
    for (let n = 0; n < 50; n++) room.enter(`user${n % 10}`);
    expect(changed).toHaveLength(50);
    await pass(99);
    expect(store.calls).toHaveLength(0);
    await pass(1);
    expect(store.calls.map((changes) => changes.length)).toEqual([10]);
    expect(told).toHaveLength(10);
    expect((await stored(store)).user3).toBe(5);
  });

  it('gather for a second over 1,000 members', async () => {
    const { room, store } = started(1_001);
    room.enter('ada');
    await pass(999);
    expect(store.calls).toHaveLength(0);
    await pass(1);
    expect(store.calls).toHaveLength(1);
  });

  it('need one call for each gather where a user comes and goes 10,000 times a second', async () => {
    const { room, store } = started();
    for (let n = 0; n < 1_000; n++) {
      for (let k = 0; k < 10; k++) {
        room.enter('ada');
        room.leave('ada', k % 2 === 0);
      }
      await pass(1);
    }
    expect(store.calls.length).toBeLessThanOrEqual(10);
  });

  it('keep a user whose connection was lost until the grace is over, unseen by all', async () => {
    const { room, store, told, changed } = started();
    room.enter('ada');
    await pass(100);
    room.leave('ada', true);
    await pass(14_999);
    expect([store.calls.length, changed]).toEqual([1, ['ada 1']]);
    room.enter('ada');
    await pass(60_000);
    expect(store.calls).toHaveLength(1);
    room.leave('ada', true);
    await pass(15_100);
    expect([await stored(store), told]).toEqual([{}, [`+ada ${CHANNEL}`, `-ada ${CHANNEL}`]]);
  });

  it('give no grace to a user that leaves, and end the grace of one whose rights were taken back', async () => {
    const { room, store } = started();
    room.enter('ada');
    room.enter('bob');
    await pass(100);
    room.leave('ada', false);
    room.leave('bob', true);
    await pass(100);
    expect(await stored(store)).toEqual({ bob: 1 });
    room.remove('bob');
    await pass(100);
    expect(await stored(store)).toEqual({});
  });

  it('end the grace of a banned user, in one channel or in all, and leave who is connected', async () => {
    const { own, room, store } = started();
    const lobby = own.open('rooms.2', TERMS);
    for (const userId of ['ada', 'bob']) {
      room.enter(userId);
      lobby.enter(userId);
    }
    await pass(100);
    room.leave('ada', true);
    lobby.leave('ada', true);
    own.endGrace('bob');
    own.endGrace('ada', 'rooms.2');
    own.endGrace('ada', 'rooms.3');
    await pass(100);
    expect([await store.count(CHANNEL), await store.count('rooms.2')]).toEqual([2, 1]);
    own.endGrace('ada');
    await pass(100);
    expect(await stored(store)).toEqual({ bob: 1 });
  });

  it('tell the store nothing of a user that came and went within one gather', async () => {
    const { own, room, store } = started();
    room.enter('ada');
    room.leave('ada', false);
    await pass(1_000);
    expect([store.calls, own.size]).toEqual([[], 0]);
  });

  it('repeat what the store did not answer, and bring it up to date when it is back', async () => {
    const { room, store, told } = started();
    room.enter('ada');
    await pass(100);
    store.isAway = true;
    room.enter('bob');
    room.leave('ada', false);
    await pass(5_000);
    expect(await stored(store)).toEqual({ ada: 1 });
    store.isAway = false;
    await pass(1_000);
    expect(await stored(store)).toEqual({ bob: 1 });
    expect(told).toEqual([`+ada ${CHANNEL}`, `+bob ${CHANNEL}`, `-ada ${CHANNEL}`]);
  });

  it('apply all again where the store has forgotten them', async () => {
    const { own, room, store } = started();
    for (let n = 0; n < 1_200; n++) room.enter(`user${n}`);
    await pass(100);
    await store.leave();
    store.calls = [];
    await own.applyAll();
    expect(store.calls.map((changes) => changes.length)).toEqual([500, 500, 200]);
    expect(await store.count(CHANNEL)).toBe(1_200);
  });

  it('keep users who came to a channel that was left while all was applied again', async () => {
    const { own, room, store } = started();
    room.enter('ada');
    own.open('rooms.2', TERMS).enter('ada');
    await pass(100);
    own.open('rooms.2', TERMS).leave('ada', false);
    store.isSlow = true;
    const applied = own.applyAll();
    await pass(200);
    const others = own.open('rooms.2', TERMS);
    others.enter('bob');
    await pass(100);
    store.isSlow = false;
    store.answer();
    await applied;
    expect(own.in('rooms.2')).toBe(others);
    await own.applyAll();
    expect(await store.count('rooms.2')).toBe(1);
  });

  it('put right what the store has of them, and take out what is not theirs', async () => {
    const { room, store } = started();
    room.enter('ada');
    room.enter('bob');
    await pass(100);
    const { byNode } = await store.read(CHANNEL);
    const found = byNode.get('n0')!;
    room.reconcile(found);
    await pass(100);
    expect(store.calls).toHaveLength(1);
    await store.apply(CHANNEL, [{ userId: 'stranger', entry: { connections: 1, since: 1, setAt: 1 } }]);
    room.reconcile(new Map([...found, ['ada', null], ['stranger', null]]));
    await pass(100);
    expect(
      store.calls
        .at(-1)
        ?.map(({ userId }) => userId)
        .sort(),
    ).toEqual(['ada', 'stranger']);
    expect(await stored(store)).toEqual({ ada: 1, bob: 1 });
  });

  it('tell who is connected in the same way', async () => {
    const { own, store, told } = started();
    own.online.enter('ada');
    own.online.enter('ada');
    await pass(100);
    expect(await store.isOnline('ada')).toBe(true);
    own.online.leave('ada', true);
    own.online.leave('ada', true);
    await pass(15_100);
    expect([await store.isOnline('ada'), told]).toEqual([false, ['+ada', '-ada']]);
  });

  it('leave what the store has when they drain', async () => {
    const { own, room, store } = started();
    room.enter('ada');
    await own.drain();
    room.leave('ada', false);
    await pass(60_000);
    expect(await stored(store)).toEqual({ ada: 1 });
  });

  it('agree with the store in the end, whatever happens and however often it is away', async () => {
    const step = fc.record({
      do: fc.constantFrom('enter', 'lose', 'leave', 'remove', 'away', 'back', 'wait'),
      userId: fc.constantFrom('ada', 'bob', '__proto__'),
      ms: fc.nat(20_000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { room, store, changed, told } = started();
        for (const one of steps) {
          if (one.do === 'enter') room.enter(one.userId);
          else if (one.do === 'remove') room.remove(one.userId);
          else if (one.do === 'lose' || one.do === 'leave') room.leave(one.userId, one.do === 'lose');
          else if (one.do === 'wait') await pass(one.ms);
          else store.isAway = one.do === 'away';
        }
        store.isAway = false;
        await pass(30_000);
        const latest = new Map(changed.map((each) => each.split(' ') as [string, string]));
        const expected = [...latest].filter(([, count]) => count !== '0').sort();
        expect(
          Object.entries(await stored(store))
            .map(([id, n]) => [id, String(n)])
            .sort(),
        ).toEqual(expected);
        for (const userId of latest.keys()) {
          const edges = told.filter((each) => each.slice(1) === `${userId} ${CHANNEL}`).map((each) => each[0]);
          expect(edges).toEqual(edges.map((_, n) => (n % 2 === 0 ? '+' : '-')));
        }
      }),
      { numRuns: 200 },
    );
  });
});
