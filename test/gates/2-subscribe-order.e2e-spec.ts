// In which order do replies and events arrive at gate 2, of a batch and during broadcasts, over a real socket?
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { closeApps, type TestApp } from '../kit/boot.js';
import { Latch } from '../kit/latch.js';
import { bootRooms, Members, newsChannel, roomChannel } from './rooms.js';

describe('gate 2, order', () => {
  let app: TestApp;
  let members: Members;

  beforeAll(async () => {
    app = await bootRooms();
    members = app.nest.get(Members);
  });
  beforeEach(() => members.reset());
  afterEach(() => app.hangUp());
  afterAll(closeApps);

  describe('with a batch', () => {
    it('answers each item separately, in order, also a malformed one and a duplicate', async () => {
      const client = await app.connect({ as: 'ann' });
      const items = [
        { channel: 'news' },
        'news',
        { channel: 'admin' },
        null,
        { channel: 'news' },
        { channel: 'a b' },
        [],
        {},
        { channel: 'inside', recover: { epoch: 'e', offset: -1 } },
        { channel: 'inbox.ann' },
      ];
      const replies = await client.request<{ ok: boolean; channel?: string; error?: { code: string } }[]>(
        'rt:subscribe',
        items,
      );
      expect(replies.map(({ channel, error }) => channel ?? error?.code)).toEqual([
        'news',
        'BAD_REQUEST',
        'FORBIDDEN',
        'BAD_REQUEST',
        'news',
        'BAD_REQUEST',
        'BAD_REQUEST',
        'BAD_REQUEST',
        'BAD_REQUEST',
        'inbox.ann',
      ]);
    });

    it('answers an empty batch by an empty array', async () => {
      const client = await app.connect();
      expect(await client.request('rt:subscribe', [])).toEqual([]);
    });

    it('takes 100 channels, and refuses 101 as one malformed request that admits to none', async () => {
      const client = await app.connect();
      const items = Array.from({ length: 101 }, (_, n) => ({ channel: `feed.${n}` }));
      expect(await client.request('rt:subscribe', items)).toMatchObject({ ok: false, error: { code: 'BAD_REQUEST' } });
      expect(app.stats().subscriptions).toBe(0);
      expect(await client.request('rt:subscribe', items.slice(1))).toHaveLength(100);
      expect(app.stats().subscriptions).toBe(100);
    });

    it('sends no event of any of its channels before its reply, however slow one guard is', async () => {
      const verdict = new Latch();
      members.allowed = new Set(['slow']);
      members.answer = verdict.opened;
      const client = await app.connect({ as: 'ann' });
      const replied = client.request('rt:subscribe', [{ channel: 'news' }, { channel: 'room.slow' }]);
      await members.arrived.opened;
      for (let n = 0; n < 10; n++) await app.broadcast(newsChannel, { n });
      await client.settle();
      expect(client.events).toEqual([]);
      verdict.open();
      await replied;
      await app.broadcast(newsChannel, { n: 10 });
      await app.broadcast(roomChannel.with({ roomId: 'slow' }), { n: 11 });
      await client.settle();
      expect(client.log.filter((entry) => !entry.startsWith('rt:') && !entry.endsWith('settle'))).toEqual([
        'reply rt:subscribe',
        'event news message',
        'event room.slow message',
      ]);
    });
  });

  describe('while broadcasts run', () => {
    it('replies before the first event, and sends none after the reply to unsubscribe', async () => {
      const client = await app.connect();
      let n = 0;
      let running = true;
      const broadcasting = (async () => {
        while (running) {
          await app.broadcast(newsChannel, { n: n++ });
          await new Promise(setImmediate);
        }
      })();
      for (let round = 0; round < 10; round++) {
        await client.subscribe('news');
        await client.next('rt:event');
        await client.unsubscribe('news');
      }
      const received = client.log.length;
      await app.broadcast(newsChannel, { n: n++ });
      running = false;
      await broadcasting;
      await client.settle();
      expect(client.log.slice(received)).toEqual(['reply rt:settle']);
      let admitted = false;
      for (const entry of client.log) {
        if (entry === 'reply rt:subscribe') admitted = true;
        if (entry === 'reply rt:unsubscribe') admitted = false;
        if (entry.startsWith('event ')) expect(admitted).toBe(true);
      }
    });
  });
});
