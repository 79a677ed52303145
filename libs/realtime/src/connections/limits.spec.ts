import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ConnectionDirectory } from './connection.directory.js';
import { HandlerSlots } from './handler-slots.js';
import type { LiveConnection } from './live.connection.js';
import { TokenBucket } from './token-bucket.js';

describe('a token bucket', () => {
  it('gives its capacity at once and then one token per interval, and returns the time until the next', () => {
    const bucket = new TokenBucket(3, 0);
    expect([0, 0, 0].map((now) => bucket.take(10, 3, now))).toEqual([0, 0, 0]);
    expect(bucket.take(10, 3, 0)).toBe(100);
    expect(bucket.take(10, 3, 40)).toBe(60);
    expect(bucket.take(10, 3, 100)).toBe(0);
    expect(bucket.take(10, 3, 100)).toBe(100);
  });

  it('holds no more than its capacity after a pause', () => {
    const bucket = new TokenBucket(2, 0);
    const later = 3_600_000;
    expect([1, 2, 3].map(() => bucket.take(10, 2, later))).toEqual([0, 0, 100]);
  });

  it('never gives more tokens than capacity and rate allow, and has a token after the time that it returned', () => {
    const waits = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 });
    fc.assert(
      fc.property(waits, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }), (steps, rate, capacity) => {
        const bucket = new TokenBucket(capacity, 0);
        let now = 0;
        let granted = 0;
        for (const step of steps) {
          now += step;
          const wait = bucket.take(rate, capacity, now);
          if (wait === 0) granted++;
          else {
            now += wait + 1;
            expect(bucket.take(rate, capacity, now)).toBe(0);
            granted++;
          }
        }
        expect(granted).toBeLessThanOrEqual(capacity + (now * rate) / 1_000 + 1e-6);
      }),
    );
  });
});

describe('handler slots', () => {
  it('let four times as many messages wait as may run', () => {
    const slots = new HandlerSlots();
    expect(Array.from({ length: 11 }, () => slots.enter(2))).toEqual([...Array<boolean>(10).fill(true), false]);
    slots.leave();
    expect([slots.enter(2), slots.enter(2)]).toEqual([true, false]);
  });

  it('give a slot to the message that has waited longest', async () => {
    const slots = new HandlerSlots();
    expect([slots.take(2), slots.take(2)]).toEqual([null, null]);
    const order: string[] = [];
    const [third, fourth] = [
      slots.take(2)!.then(() => order.push('third')),
      slots.take(2)!.then(() => order.push('4th')),
    ];
    slots.giveBack();
    await third;
    expect(order).toEqual(['third']);
    slots.giveBack();
    await fourth;
    slots.giveBack();
    slots.giveBack();
    expect([slots.take(2), slots.take(2)]).toEqual([null, null]);
    expect(slots.take(2)).toBeInstanceOf(Promise);
  });
});

describe('the directory of connections', () => {
  let ids = 0;
  const connect = (userId: string | null, sessionId?: string) =>
    ({
      id: `c${ids++}`,
      user: userId === null ? null : { userId, roles: [], sessionId },
    }) as unknown as LiveConnection;

  it('finds connections by user and by session, but no anonymous ones', () => {
    const directory = new ConnectionDirectory();
    const [ada, adaToo, bob, anonymous] = [
      connect('ada', 's1'),
      connect('ada', 's2'),
      connect('bob', 's3'),
      connect(null),
    ];
    for (const connection of [ada, adaToo, bob, anonymous]) directory.add(connection);
    expect(directory.size).toBe(4);
    expect(directory.ofUser('ada')).toEqual([ada, adaToo]);
    expect(directory.countOfUser('ada')).toBe(2);
    expect(directory.ofSession('s2')).toEqual([adaToo]);
    for (const strange of ['', 'ADA', 'undefined', '__proto__', 'constructor']) {
      expect([directory.ofUser(strange), directory.ofSession(strange), directory.countOfUser(strange)]).toEqual([
        [],
        [],
        0,
      ]);
    }
  });

  it('finds the connections of a party', () => {
    const directory = new ConnectionDirectory();
    const [ada, adaToo, anonymous] = [connect('ada', 's1'), connect('ada', 's2'), connect(null)];
    for (const connection of [ada, adaToo, anonymous]) directory.add(connection);
    expect(directory.of({ userId: 'ada' })).toEqual([ada, adaToo]);
    expect(directory.of({ sessionId: 's2' })).toEqual([adaToo]);
    expect(directory.of({ connectionId: anonymous.id })).toEqual([anonymous]);
    for (const strange of ['', 'c', '__proto__', 'constructor']) {
      expect(directory.of({ connectionId: strange })).toEqual([]);
      expect(directory.of({ userId: strange })).toEqual([]);
      expect(directory.of({ sessionId: strange })).toEqual([]);
    }
    directory.remove(anonymous);
    expect(directory.of({ connectionId: anonymous.id })).toEqual([]);
  });

  it('forgets closed connections, and keeps no empty entries', () => {
    const directory = new ConnectionDirectory();
    const ada = connect('ada', 's1');
    directory.add(ada);
    directory.remove(ada);
    directory.remove(ada);
    expect([directory.size, directory.all(), directory.ofUser('ada'), directory.ofSession('s1')]).toEqual([
      0,
      [],
      [],
      [],
    ]);
    expect([directory.users, directory.sessions]).toEqual([0, 0]);
  });

  it('keeps the oldest first when the user of a connection is renewed', () => {
    const directory = new ConnectionDirectory();
    const [oldest, newest] = [connect('ada', 's1'), connect('ada', 's1')];
    for (const connection of [oldest, newest]) directory.add(connection);
    directory.setUser(oldest, { userId: 'ada', roles: ['admin'], sessionId: 's1' });
    expect([directory.ofUser('ada'), directory.ofSession('s1')]).toEqual([
      [oldest, newest],
      [oldest, newest],
    ]);
  });

  it('updates its index when the user of a connection changes, and ignores connections before add and after remove', () => {
    const directory = new ConnectionDirectory();
    const connection = connect(null);
    directory.setUser(connection, { userId: 'eve', roles: [] });
    expect(directory.ofUser('eve')).toEqual([]);
    directory.add(connection);
    directory.setUser(connection, { userId: 'ada', roles: [], sessionId: 's1' });
    expect([directory.ofUser('eve'), directory.ofUser('ada'), directory.ofSession('s1')]).toEqual([
      [],
      [connection],
      [connection],
    ]);
    directory.setUser(connection, null);
    expect(directory.ofUser('ada')).toEqual([]);
    directory.remove(connection);
    directory.setUser(connection, { userId: 'ada', roles: [] });
    expect(directory.ofUser('ada')).toEqual([]);
  });
});
