// Who hears that a user has come online or gone? Those who watch the user, and may.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { closeApps } from '../kit/boot.js';
import type { Client } from '../kit/client.js';
import { RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';
import { bootPresence, type PresenceApp } from './presence-app.js';

const FRIENDS = ['bob', 'carl', 'dora'];
let redis: RedisServer;
beforeAll(async () => void (redis = await RedisServer.start()));
afterAll(() => redis.stop());
afterEach(closeApps);

/** The users that a client believes to be online. */
class Watcher {
  readonly online = new Set<string>();
  frames = 0;

  constructor(readonly client: Client) {
    client.socket.on('rt:online', ({ online, offline }: { online: string[]; offline: string[] }) => {
      this.frames++;
      for (const userId of online) this.online.add(userId);
      for (const userId of offline) this.online.delete(userId);
    });
  }

  async watch(...userIds: string[]): Promise<object> {
    const reply = await this.client.request<{ ok: boolean; online?: string[] }>('rt:watch', { userIds });
    this.online.clear();
    for (const userId of reply.online ?? []) this.online.add(userId);
    return reply;
  }

  sees(...userIds: string[]): Promise<unknown> {
    return until(
      () => [...this.online].sort().join(),
      (found) => found === userIds.join(),
    );
  }
}

describe.each([1, 2])('a client that watches users, with %d nodes', (count) => {
  let nodes: PresenceApp[];
  let near: PresenceApp;
  let far: PresenceApp;
  const settings = { presenceGrace: 30, lease: '500ms', limits: { watchedUsers: 5 } } as const;

  beforeEach(async () => {
    const broker = () => (count === 1 ? {} : { broker: new RedisRealtimeBroker({ url: redis.url }) });
    nodes = [];
    for (let n = 0; n < count; n++) nodes.push(await bootPresence({ ...settings, ...broker() }));
    [near, far] = [nodes[0], nodes[count - 1]];
    for (const { users } of nodes) users.friends.set('ann', FRIENDS);
  });

  const watcher = async (as = 'ann') => new Watcher(await near.app.connect({ as }));

  it('is told who is online, and who comes and goes', async () => {
    const bob = await far.app.connect({ as: 'bob' });
    await until(() => near.presence.isOnline('bob'), Boolean);
    const ann = await watcher();
    expect(await ann.watch('bob', 'carl')).toEqual({ ok: true, online: ['bob'] });
    await far.app.connect({ as: 'carl' });
    await ann.sees('bob', 'carl');
    bob.close();
    await ann.sees('carl');
  });

  it('hears of no user that it may not watch, and cannot tell them from users who are away', async () => {
    await far.app.connect({ as: 'eve' });
    await until(() => near.presence.isOnline('eve'), Boolean);
    const ann = await watcher();
    expect(await ann.watch('eve', 'no one', 'bob')).toEqual({ ok: true, online: [] });
    await far.app.connect({ as: 'bob' });
    await ann.sees('bob');
  });

  it('hears of those that it asked for last, and of no one after an empty list', async () => {
    const ann = await watcher();
    await ann.watch('bob', 'carl');
    await ann.watch('carl');
    await far.app.connect({ as: 'bob' });
    await far.app.connect({ as: 'carl' });
    await ann.sees('carl');
    await ann.watch();
    const { frames } = ann;
    await far.app.connect({ as: 'dora' });
    await until(() => near.presence.isOnline('dora'), Boolean);
    await ann.client.settle();
    expect([ann.frames, [...ann.online]]).toEqual([frames, []]);
  });

  it('loses and gets back what the application lets it know, when its rights are checked', async () => {
    await far.app.connect({ as: 'bob' });
    await far.app.connect({ as: 'carl' });
    await until(async () => (await near.presence.onlineAmong(FRIENDS)).length, (found) => found === 2); // prettier-ignore
    const ann = await watcher();
    await ann.watch('bob', 'carl');
    near.users.friends.set('ann', ['carl']);
    await ann.sees('carl');
    near.users.friends.set('ann', FRIENDS);
    await ann.sees('bob', 'carl');
  });

  it('is refused where it asks for too many, for nonsense, or is anonymous', async () => {
    const ann = await watcher();
    const many = Array.from({ length: 3_000 }, (_, n) => `user${n}`);
    expect(await ann.watch(...many)).toMatchObject({ ok: false, error: { code: 'LIMIT_EXCEEDED', retryable: false } });
    for (const frame of [{}, { userIds: 'bob' }, { userIds: [7] }, { userIds: [''] }, null]) {
      expect(await ann.client.request('rt:watch', frame)).toMatchObject({ error: { code: 'BAD_REQUEST' } });
    }
    const anonymous = await near.app.connect();
    expect(await anonymous.request('rt:watch', { userIds: ['bob'] })).toMatchObject({
      error: { code: 'UNAUTHENTICATED' },
    });
    expect(near.app.stats().holdings.watchLists ?? 0).toBe(0);
  });

  it('is forgotten when it leaves', async () => {
    const ann = await watcher();
    await ann.watch('bob');
    expect(near.app.stats().holdings.watchLists).toBe(1);
    ann.client.close();
    await until(
      () => near.app.stats().holdings.watchLists,
      (size) => size === 0,
    );
  });
});
