// In which order do replies and events arrive at gate 2, of a batch and during broadcasts, over a real socket?
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { closeApps, type TestApp } from '../kit/boot.js';
import { Latch } from '../kit/latch.js';
import { bootRooms, feedChannel, Members, newsChannel, roomChannel } from './rooms.js';

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

  describe('with a batch to unsubscribe', () => {
    it('answers each item separately, in order, also a malformed one, a duplicate and one that was not subscribed', async () => {
      const client = await app.connect({ as: 'ann' });
      await client.request('rt:subscribe', [{ channel: 'news' }, { channel: 'inbox.ann' }, { channel: 'feed.1' }]);
      const items = [{ channel: 'news' }, 'news', null, { channel: 'a b' }, { channel: 'news' }, { channel: 'none' }];
      const replies = await client.request<{ ok: boolean; channel?: string; error?: { code: string } }[]>(
        'rt:unsubscribe',
        [...items, { channel: 'inbox.ann' }],
      );
      expect(replies.map(({ channel, error }) => channel ?? error?.code)).toEqual([
        'news',
        'BAD_REQUEST',
        'BAD_REQUEST',
        'BAD_REQUEST',
        'news',
        'none',
        'inbox.ann',
      ]);
      expect(app.stats().subscriptions).toBe(1);
      expect(await client.request('rt:unsubscribe', [])).toEqual([]);
    });

    it('takes 100 channels, and refuses 101 as one malformed request that leaves none', async () => {
      const client = await app.connect();
      const items = Array.from({ length: 101 }, (_, n) => ({ channel: `feed.${n}` }));
      await client.request('rt:subscribe', items.slice(1));
      expect(await client.request('rt:unsubscribe', items)).toMatchObject({
        ok: false,
        error: { code: 'BAD_REQUEST' },
      });
      expect(app.stats().subscriptions).toBe(100);
      expect(await client.request('rt:unsubscribe', items.slice(1))).toHaveLength(100);
      expect(app.stats().subscriptions).toBe(0);
    });

    it('handles it after earlier requests on any of its channels, and before later ones', async () => {
      const verdict = new Latch();
      members.allowed = new Set(['slow']);
      members.answer = verdict.opened;
      const client = await app.connect({ as: 'ann' });
      await client.subscribe('news');
      const slow = client.subscribe('room.slow');
      await members.arrived.opened;
      const left = client.request('rt:unsubscribe', [{ channel: 'news' }, { channel: 'room.slow' }]);
      const again = client.request('rt:subscribe', [{ channel: 'news' }]);
      await client.settle();
      // What need not wait is left at once; its reply, and what follows on the channel, wait for the whole batch.
      expect(app.stats().subscriptions).toBe(0);
      expect(client.log.filter((entry) => entry.startsWith('reply rt:'))).toEqual([
        'reply rt:subscribe',
        'reply rt:settle',
      ]);
      verdict.open();
      expect(await slow).toMatchObject({ ok: true });
      expect(await left).toEqual([
        { ok: true, channel: 'news' },
        { ok: true, channel: 'room.slow' },
      ]);
      expect(await again).toEqual([{ ok: true, channel: 'news' }]);
      await app.broadcast(newsChannel, { n: 1 });
      await app.broadcast(roomChannel.with({ roomId: 'slow' }), { n: 2 });
      await client.settle();
      expect(client.log.filter((entry) => !entry.endsWith('settle')).slice(-4)).toEqual([
        'reply rt:subscribe',
        'reply rt:unsubscribe',
        'reply rt:subscribe',
        'event news message',
      ]);
    });

    it('refuses further ones while too many channels of one connection wait', async () => {
      const verdict = new Latch();
      members.allowed = new Set(['slow']);
      members.answer = verdict.opened;
      const client = await app.connect({ as: 'ann' });
      const slow = client.subscribe('room.slow');
      await members.arrived.opened;
      const batch = Array.from({ length: 100 }, (_, n) => ({ channel: n === 0 ? 'room.slow' : `feed.${n}` }));
      const waiting = Array.from({ length: 5 }, () => client.request('rt:unsubscribe', batch));
      expect(await client.request('rt:unsubscribe', batch)).toMatchObject({ ok: false, error: { code: 'OVERLOADED' } });
      verdict.open();
      await slow;
      for (const replies of await Promise.all(waiting)) expect(replies).toHaveLength(100);
      expect(await client.request('rt:unsubscribe', batch)).toHaveLength(100);
    });
  });

  describe('while broadcasts run', () => {
    it('sends none of any channel of a batch after the reply to its unsubscribe', async () => {
      const client = await app.connect();
      const feeds = Array.from({ length: 20 }, (_, n) => `feed.${n}`);
      let running = true;
      const broadcasting = (async () => {
        for (let n = 0; running; n++) {
          await app.broadcast(feedChannel.with({ n: String(n % 20) }), { n });
          if (n % 5 === 0) await new Promise(setImmediate);
        }
      })();
      for (let round = 0; round < 5; round++) {
        const items = feeds.map((channel) => ({ channel }));
        await client.request('rt:subscribe', items);
        await client.next('rt:event');
        await client.request('rt:unsubscribe', items);
      }
      running = false;
      await broadcasting;
      await client.settle();
      let admitted = false;
      for (const entry of client.log) {
        if (entry === 'reply rt:subscribe') admitted = true;
        if (entry === 'reply rt:unsubscribe') admitted = false;
        if (entry.startsWith('event ')) expect(admitted).toBe(true);
      }
    });

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
