import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, type Position } from '@nestjs-realtime/contract';
import { z } from 'zod';
import { reached, reasonOf } from '../test/reached.js';
import { ScriptedLog } from '../test/scripted-log.js';
import { refuse, ScriptedServer } from '../test/scripted-server.js';
import { type ChannelHandle, createRealtimeClient, type RealtimeClient } from './index.js';

const room = defineRealtimeChannel({ name: 'a', scope: 'public', events: { said: z.string() }, history: true });
type Room = ChannelHandle<typeof room>;

describe('a channel with history', () => {
  let server: ScriptedServer;
  let client: RealtimeClient;
  let log: ScriptedLog;

  beforeEach(async () => {
    server = await ScriptedServer.listen();
    log = new ScriptedLog(server);
    client = createRealtimeClient({ url: server.url, retryDelay: 5, maxRetryDelay: 20 });
  });
  afterEach(async () => {
    client.disconnect();
    await server.close();
  });

  const open = (since?: Position): Room => client.channel(room, {}, { since });
  /** Everything that the handle hears from now on. */
  function hearing(handle: Room): string[] {
    const heard: string[] = [];
    handle.on('said', (name) => heard.push(name));
    return heard;
  }
  /** Resolves once the client has read all that the server has sent. */
  let fences = 0;
  const settled = () => client.channel(`fence-${++fences}`).ready();
  async function dropped(handle: Room): Promise<void> {
    server.drop();
    await reached(handle, 'subscribing');
  }
  /** Answers every subscribe request with these fields. */
  const answering = (fields: object): void => {
    const answer = (item: unknown): object => ({ ok: true, channel: (item as { channel: string }).channel, ...fields });
    server.on('rt:subscribe', ({ body }) => (Array.isArray(body) ? body.map(answer) : answer(body)));
  };
  const names = (first: number, last: number, epoch = log.epoch): string[] =>
    Array.from({ length: last - first + 1 }, (_, i) => `${epoch}:${first + i}`);

  describe('after a loss of the connection', () => {
    it('goes on from where it was: missed events first, without a gap', async () => {
      log.publish(2);
      const handle = open();
      const heard = hearing(handle);
      await handle.ready();
      expect([handle.position, handle.status]).toEqual([
        { epoch: 'e1', offset: 2 },
        { state: 'subscribed', gap: false, replayed: 0 },
      ]);
      log.publish(2);
      await settled();
      await dropped(handle);
      expect(handle.position).toEqual({ epoch: 'e1', offset: 4 });
      log.publish(3);
      await handle.ready();
      log.publish();
      await settled();
      expect(heard).toEqual(names(3, 8));
      expect(handle.status).toEqual({ state: 'subscribed', gap: false, replayed: 3 });
      expect(handle.position).toEqual(log.position);
      expect(log.asked).toEqual([{ channel: 'a' }, { channel: 'a', recover: { epoch: 'e1', offset: 4 } }]);
    });

    it('has no gap where nothing was missed', async () => {
      const handle = open();
      await handle.ready();
      await dropped(handle);
      await handle.ready();
      expect(handle.status).toEqual({ state: 'subscribed', gap: false, replayed: 0 });
    });

    it('drops what it has heard already, in a replay and after it', async () => {
      const handle = open();
      const heard = hearing(handle);
      await handle.ready();
      log.publish(3);
      await settled();
      log.overlap = 2;
      await dropped(handle);
      log.publish(2);
      await handle.ready();
      for (const offset of [4, 5, 1]) log.send(offset);
      log.publish();
      log.send(6);
      await settled();
      expect(heard).toEqual(names(1, 6));
    });

    it('counts a skip as heard', async () => {
      const handle = open();
      const heard = hearing(handle);
      await handle.ready();
      log.publish();
      log.send(log.append(false));
      log.publish();
      await settled();
      expect(handle.position).toEqual({ epoch: 'e1', offset: 3 });
      await dropped(handle);
      log.append(false);
      log.publish();
      await handle.ready();
      await settled();
      expect(heard).toEqual(['e1:1', 'e1:3', 'e1:5']);
      expect(handle.status).toMatchObject({ gap: false, replayed: 2 });
    });

    it('has a gap outside the window, and goes on from the end of the log', async () => {
      const handle = open();
      const heard = hearing(handle);
      await handle.ready();
      log.publish();
      await settled();
      await dropped(handle);
      log.publish(5);
      log.lost = 3;
      await handle.ready();
      expect(handle.status).toEqual({ state: 'subscribed', gap: true, replayed: 0 });
      expect(handle.position).toEqual({ epoch: 'e1', offset: 6 });
      log.publish();
      await settled();
      expect(heard).toEqual(['e1:1', 'e1:7']);
      await dropped(handle);
      await handle.ready();
      expect(log.asked.at(-1)).toEqual({ channel: 'a', recover: { epoch: 'e1', offset: 7 } });
      expect(handle.status).toMatchObject({ gap: false });
    });

    it('has a gap in another epoch, also where the offset is the same', async () => {
      const handle = open();
      const heard = hearing(handle);
      await handle.ready();
      log.publish();
      await settled();
      await dropped(handle);
      log.reset();
      log.publish();
      await handle.ready();
      expect(handle.status).toMatchObject({ gap: true, replayed: 0 });
      log.publish();
      await settled();
      expect(heard).toEqual(['e1:1', 'e2:2']);
    });

    it('asks from the same position again where the first attempts were refused', async () => {
      const handle = open();
      await handle.ready();
      log.publish();
      await settled();
      await dropped(handle);
      log.publish();
      const { asked } = log;
      server.on('rt:subscribe', () => {
        log = new ScriptedLog(server);
        [log.top, log.epoch] = [2, 'e1'];
        return refuse('UNAVAILABLE', true);
      });
      await handle.ready();
      expect(log.asked.slice(asked.length)).toEqual([
        { channel: 'a', recover: { epoch: 'e1', offset: 1 } },
        { channel: 'a', recover: { epoch: 'e1', offset: 1 } },
      ]);
      expect(handle.status).toMatchObject({ gap: false, replayed: 1 });
    });

    it('goes on after a pause, and under another connection', async () => {
      const handle = open();
      const heard = hearing(handle);
      await handle.ready();
      client.disconnect();
      log.publish(2);
      client.connect();
      await handle.ready();
      await settled();
      expect(heard).toEqual(names(1, 2));
    });
  });

  describe('after the server has ended the subscription for want of events', () => {
    it('tells the reason, and subscribes again by itself', async () => {
      const handle = open();
      await handle.ready();
      const statuses: unknown[] = [];
      handle.onStatus((status) => statuses.push([status.state, reasonOf({ status })?.code]));
      log.publish();
      await settled();
      log.evict();
      log.reset();
      await reached(handle, 'subscribing');
      await handle.ready();
      expect(statuses).toEqual([
        ['subscribing', 'INSUFFICIENT_STATE'],
        ['subscribed', undefined],
      ]);
      expect(handle.status).toMatchObject({ gap: true });
      expect(log.asked.at(-1)).toEqual({ channel: 'a', recover: { epoch: 'e1', offset: 1 } });
    });

    it('does not wait for the retry of another channel', async () => {
      await client.close();
      client = createRealtimeClient({ url: server.url, retryDelay: '10m', maxRetryDelay: '10m' });
      const handle = open();
      await handle.ready();
      server.on('rt:subscribe', () => {
        log = new ScriptedLog(server);
        return refuse('OVERLOADED', true, { retryAfterMs: 600_000 });
      });
      const other = client.channel('b');
      await server.heard('rt:subscribe', 2);
      await settled();
      expect(reasonOf(other)?.code).toBe('OVERLOADED');
      server.socket.emit('rt:evicted', { channel: 'a', code: 'INSUFFICIENT_STATE', retryable: true });
      await reached(handle, 'subscribing');
      await handle.ready();
      expect(other.status.state).toBe('subscribing');
    });

    it('comes back with its other channels in one frame', async () => {
      const handles = [open(), client.channel('b')];
      await Promise.all(handles.map((handle) => handle.ready()));
      for (const channel of ['a', 'b'])
        server.socket.emit('rt:evicted', { channel, code: 'INSUFFICIENT_STATE', retryable: true });
      await Promise.all(handles.map((handle) => reached(handle, 'subscribing')));
      await Promise.all(handles.map((handle) => handle.ready()));
      expect(server.bodies('rt:subscribe').at(-1)).toHaveLength(2);
    });
  });

  describe('where events are missing', () => {
    it('asks for them, and delivers nothing out of order', async () => {
      const handle = open();
      const heard = hearing(handle);
      await handle.ready();
      log.publish();
      log.append();
      log.publish();
      await reached(handle, 'subscribing');
      expect(reasonOf(handle)?.code).toBe('INSUFFICIENT_STATE');
      log.publish();
      await handle.ready();
      await settled();
      expect(heard).toEqual(names(1, 4));
      expect(handle.status).toMatchObject({ gap: false, replayed: 3 });
    });

    it('asks for them again where a replay lacks them', async () => {
      const handle = open();
      const heard = hearing(handle);
      await handle.ready();
      log.publish();
      await settled();
      await dropped(handle);
      log.publish(3);
      const whole = new ScriptedLog(server);
      whole.publish(4);
      answering({ position: log.position, recovered: true });
      await handle.ready();
      server.on('rt:subscribe', (request) => whole.answer(request));
      for (const offset of [2, 4]) server.socket.emit('rt:event', 'a', 'said', `e1:${offset}`, offset);
      await reached(handle, 'subscribing');
      await handle.ready();
      await settled();
      expect(heard).toEqual(names(1, 4));
    });

    it.each([null, 'one', -1, 1.5, NaN, 1e308, {}, [2], true])(
      'takes no notice of an event at the offset %j, and asks for it with the next one',
      async (offset) => {
        const handle = open();
        const heard = hearing(handle);
        await handle.ready();
        log.publish();
        log.append();
        log.emit('rt:event', 'said', 'misplaced', offset);
        log.emit('rt:skip', offset);
        log.publish();
        await reached(handle, 'subscribing');
        await handle.ready();
        await settled();
        expect(heard).toEqual(names(1, 3));
      },
    );

    it('is not led astray by an offset far ahead', async () => {
      const handle = open();
      const heard = hearing(handle);
      await handle.ready();
      log.emit('rt:skip', Number.MAX_SAFE_INTEGER);
      await reached(handle, 'subscribing');
      await handle.ready();
      log.publish();
      await settled();
      expect(heard).toEqual(['e1:1']);
    });
  });

  it('hears what is not of the log at once, and as often as it comes', async () => {
    const handle = open();
    const heard = hearing(handle);
    await handle.ready();
    log.publish();
    for (let i = 0; i < 2; i++) log.emit('rt:event', 'said', 'for you alone');
    await settled();
    expect(heard).toEqual(['e1:1', 'for you alone', 'for you alone']);
    expect(handle.position?.offset).toBe(1);
  });

  it.each([
    null,
    'e1',
    7,
    [],
    {},
    { epoch: 'e1' },
    { epoch: 1, offset: 1 },
    { epoch: 'e1', offset: '1' },
    { epoch: 'e1', offset: -1 },
    { epoch: 'e1', offset: 1e308 },
  ])('is one without history where the server says that the log stands at %j', async (position) => {
    answering({ position, recovered: true });
    const handle = open();
    const heard = hearing(handle);
    await handle.ready();
    expect(handle.position).toBeNull();
    for (const offset of [5, 'x', undefined]) server.socket.emit('rt:event', 'a', 'said', String(offset), offset);
    await settled();
    expect(heard).toEqual(['5', 'x', 'undefined']);
    await dropped(handle);
    await handle.ready();
    expect(handle.status).toEqual({ state: 'subscribed', gap: true, replayed: 0 });
    expect(log.asked.at(-1)).toEqual({ channel: 'a' });
  });

  it.each<[string, object]>([
    ['recovered, in another epoch', { position: { epoch: 'other', offset: 9 }, recovered: true }],
    ['recovered, and that the log ends before', { position: { epoch: 'e1', offset: 1 }, recovered: true }],
    ['recovered, without a position', { recovered: true }],
    ['recovered in its own way', { position: { epoch: 'e1', offset: 9 }, recovered: 'yes' }],
  ])('has a gap where the server says %s', async (_what, answer) => {
    const handle = open();
    await handle.ready();
    log.publish(3);
    await settled();
    await dropped(handle);
    answering(answer);
    await handle.ready();
    expect(handle.status).toEqual({ state: 'subscribed', gap: true, replayed: 0 });
    expect(handle.position).toEqual((answer as { position?: Position }).position ?? null);
  });
});
