// What do clients and the application learn of who is in a channel, on a single node?
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { IRealtimeAuthenticator, IRealtimeConnections } from 'nestjs-realtime';
import { closeApps } from '../kit/boot.js';
import { Latch } from '../kit/latch.js';
import { until } from '../kit/until.js';
import { MemberBook } from './member-book.js';
import {
  type AnyUser,
  bootPresence,
  guarded,
  hidden,
  kept,
  type PresenceApp,
  room,
  staffed,
  Trusted,
} from './presence-app.js';

const target = room.with({ roomId: '1' });
let node: PresenceApp;
beforeEach(async () => {
  Trusted.isOpen = true;
  node = await bootPresence({ presenceGrace: 50, lease: '500ms' });
});
afterEach(closeApps);

async function book(as: string, channel: string = target.name): Promise<MemberBook> {
  const made = new MemberBook(await node.app.connect({ as }), channel);
  await made.subscribe();
  return made;
}
const sees = (one: MemberBook, ...userIds: string[]) =>
  until(
    () => one.userIds,
    (found) => found.join() === userIds.join(),
  );
const tells = (told: readonly string[], ...lines: string[]) =>
  until(
    () => [...told],
    (found) => found.join('; ') === lines.join('; '),
  );

describe('the members of a channel', () => {
  it('are in the answer, the client itself among them, and each other client hears of those who come and go', async () => {
    const ann = await book('ann');
    expect(ann.get('ann')).toEqual({
      userId: 'ann',
      connections: 1,
      data: { mood: 'free' },
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    const bob = await book('bob');
    expect(bob.userIds).toEqual(['ann', 'bob']);
    await sees(ann, 'ann', 'bob');
    expect(ann.told).toEqual(['+bob']);
    expect(await bob.asked()).toEqual(['ann', 'bob']);
    bob.client.close();
    await sees(ann, 'ann');
    await tells(node.room.told, '+ann free 1', '+bob free 1', '-bob free 1');
  });

  it('are one for each user, whatever the number of connections', async () => {
    const ann = await book('ann');
    const bobs = [await book('bob'), await book('bob'), await book('bob')];
    await sees(ann, 'ann', 'bob');
    expect(bobs[2].get('bob')?.connections).toBe(3);
    bobs[0].client.close();
    await bobs[1].client.unsubscribe(target.name);
    const eve = await book('eve');
    await sees(ann, 'ann', 'bob', 'eve');
    expect(eve.get('bob')?.connections).toBe(1);
    expect(ann.told.filter((line) => line === '+bob')).toHaveLength(1);
    expect(ann.told).not.toContain('-bob');
  });

  it('stay for the grace when a connection is lost, and leave at once when the client unsubscribes', async () => {
    const ann = await book('ann');
    const bob = await book('bob');
    await sees(ann, 'ann', 'bob');
    bob.client.close();
    const back = await book('bob');
    const carl = await book('carl');
    await sees(ann, 'ann', 'bob', 'carl');
    expect(ann.told).not.toContain('-bob');
    await back.client.unsubscribe(target.name);
    await sees(ann, 'ann', 'carl');
    expect(await carl.asked()).toEqual(['ann', 'carl']);
  });

  it.each([
    ['a user is disconnected', (connections: IRealtimeConnections) => connections.disconnect({ userId: 'bob' })],
    [
      'a subscription is revoked',
      (connections: IRealtimeConnections) => connections.unsubscribe({ userId: 'bob' }, target),
    ],
  ] as const)('leave at once when %s', async (_what, revoke) => {
    await closeApps();
    node = await bootPresence({ presenceGrace: '1h' });
    const ann = await book('ann');
    await book('bob');
    await sees(ann, 'ann', 'bob');
    await revoke(node.app.nest.get(IRealtimeConnections));
    await sees(ann, 'ann');
  });

  it('change their data by the message that the channel declares for it, and nothing else', async () => {
    const ann = await book('ann');
    const bob = await book('bob');
    await sees(ann, 'ann', 'bob');
    expect(await bob.client.send(target.name, 'presence', { mood: 'busy', x: 1 })).toEqual({ ok: true });
    await until(
      () => ann.get('bob')?.data,
      (data) => JSON.stringify(data) === '{"mood":"busy"}',
    );
    expect(await bob.client.send(target.name, 'presence', { mood: 'sad' })).toMatchObject({
      error: { code: 'INVALID_PAYLOAD' },
    });
    const other = await book('bob', kept.with({ roomId: '1' }).name);
    expect(await other.client.send(other.channel, 'presence', {})).toMatchObject({ error: { code: 'UNKNOWN_EVENT' } });
  });

  it('are read, counted and changed by the application', async () => {
    const ann = await book('ann');
    await book('bob');
    expect((await node.presence.members(target)).map(({ userId, data }) => [userId, data.mood])).toEqual([
      ['ann', 'free'],
      ['bob', 'free'],
    ]);
    expect(await node.presence.count(target)).toBe(2);
    await node.presence.update(target, 'bob', { mood: 'busy' });
    await until(
      () => ann.get('bob')?.data,
      (data) => JSON.stringify(data) === '{"mood":"busy"}',
    );
    await node.presence.update(target, 'unknown', { mood: 'busy' });
    await expect(node.presence.update(target, 'bob', { mood: 'sad' } as never)).rejects.toThrow(/invalid/);
    expect(await node.presence.count(room.with({ roomId: 'empty' }))).toBe(0);
    expect(await node.presence.members(room.with({ roomId: 'empty' }))).toEqual([]);
  });

  it('are refused to clients that are not subscribed, and where the channel has none', async () => {
    const ann = await node.app.connect({ as: 'ann' });
    expect(await ann.request('rt:members', { channel: target.name })).toMatchObject({
      error: { code: 'NOT_SUBSCRIBED' },
    });
    expect(await ann.request('rt:members', { channel: 'unknown' })).toMatchObject({
      error: { code: 'NOT_SUBSCRIBED' },
    });
    expect(await ann.request('rt:members', {})).toMatchObject({ error: { code: 'BAD_REQUEST' } });
  });

  it('are the same in channels with history', async () => {
    const { name } = kept.with({ roomId: '1' });
    const ann = await book('ann', name);
    const { position } = await ann.subscribe();
    expect(position).toBeDefined();
    await book('bob', name);
    await sees(ann, 'ann', 'bob');
  });

  it('are in the notice of a subscription that the server makes', async () => {
    await book('ann');
    const bob = await node.app.connect({ as: 'bob' });
    await node.app.nest.get(IRealtimeConnections).subscribe({ userId: 'bob' }, target);
    const [frame] = (await bob.next('rt:subscribed')) as [{ members: { userId: string }[] }];
    expect(frame.members.map(({ userId }) => userId).sort()).toEqual(['ann', 'bob']);
  });
});

describe('those who may know the members', () => {
  it('are none where the channel says so; the application still counts them', async () => {
    const ann = await book('ann', hidden.name);
    const reply = await ann.subscribe();
    expect(reply).toEqual({ ok: true, channel: hidden.name });
    await book('bob', hidden.name);
    expect(await ann.client.request('rt:members', { channel: hidden.name })).toMatchObject({
      error: { code: 'FORBIDDEN' },
    });
    expect(await node.presence.count(hidden)).toBe(2);
    expect(ann.diffs).toEqual([]);
  });

  it('have the role, and hear nothing more once they have lost it', async () => {
    const bob = await book('bob/editor', staffed.name);
    const ann = await book('ann', staffed.name);
    await sees(bob, 'ann', 'bob');
    expect(ann.userIds).toEqual([]);
    expect(ann.diffs).toEqual([]);
    node.app.nest.get<IRealtimeAuthenticator, AnyUser>(IRealtimeAuthenticator).roles.set('bob', []);
    await node.app.nest.get(IRealtimeConnections).reauthorize({ userId: 'bob' });
    await sees(bob);
    const { length } = bob.diffs;
    await book('carl', staffed.name);
    expect(await node.presence.count(staffed)).toBe(3);
    await sees(await book('eve/editor', staffed.name), 'ann', 'bob', 'carl', 'eve');
    await bob.client.settle();
    expect(bob.diffs).toHaveLength(length);
  });

  it('pass the guards, which are asked again when the lease is renewed', async () => {
    const ann = await book('ann', guarded.name);
    expect(ann.userIds).toEqual(['ann']);
    Trusted.isOpen = false;
    const bob = await book('bob', guarded.name);
    expect(bob.userIds).toEqual([]);
    await sees(ann);
    Trusted.isOpen = true;
    await sees(bob, 'ann', 'bob');
    await sees(ann, 'ann', 'bob');
  });
});

describe('users who come online and go', () => {
  it('are told once, whatever the number of connections, and after the grace', async () => {
    const ann = await node.app.connect({ as: 'ann' });
    const other = await node.app.connect({ as: 'ann' });
    expect(await node.presence.isOnline('ann')).toBe(true);
    expect(await node.presence.onlineAmong(['x', 'ann', 'y'])).toEqual(['ann']);
    ann.close();
    other.close();
    await tells(node.users.told, '+ann', '-ann');
    expect(await node.presence.isOnline('ann')).toBe(false);
  });
});

it('waits for its listeners when it closes', async () => {
  const latch = new Latch();
  node.room.hold = latch.opened;
  await book('ann');
  const closed = node.app.close();
  let isClosed = false;
  void closed.then(() => (isClosed = true));
  await until(
    () => node.app.stats().connections,
    (count) => count === 0,
  );
  expect(isClosed).toBe(false);
  latch.open();
  await closed;
  expect(node.room.told).toEqual(['+ann free 1']);
});

it('closes without a listener that hangs, after the time for draining', async () => {
  await closeApps();
  node = await bootPresence({ presenceGrace: 50, drainTimeout: 100 });
  const latch = new Latch();
  node.room.hold = latch.opened;
  await book('ann');
  await node.app.close();
  expect(node.room.told).toEqual([]);
  latch.open();
});
