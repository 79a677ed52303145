import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, type Position } from '@nestjs-realtime/contract';
import { z } from 'zod';
import { reached, reasonOf } from '../test/reached.js';
import { ScriptedLog } from '../test/scripted-log.js';
import { refuse, ScriptedServer } from '../test/scripted-server.js';
import { type ChannelHandle, createRealtimeClient, type RealtimeClient } from './index.js';

const room = defineRealtimeChannel({ name: 'a', scope: 'public', events: { said: z.string() }, history: true });
const inbox = defineRealtimeChannel({
  name: 'inbox.{userId}',
  scope: { userScoped: 'userId' },
  events: { said: z.string() },
  history: true,
  autoSubscribe: true,
});
type Heard = Pick<ChannelHandle<typeof room>, 'on'>;

describe('a handle that goes on from a position', () => {
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

  const at = (offset: number, epoch = 'e1'): Position => ({ epoch, offset });
  const open = (since?: Position) => client.channel(room, {}, { since });
  function hearing(handle: Heard): string[] {
    const heard: string[] = [];
    handle.on('said', (name) => heard.push(name));
    return heard;
  }
  let fences = 0;
  const settled = async (): Promise<void> => {
    const fence = client.channel(`fence-${++fences}`);
    await fence.ready();
    fence.unsubscribe();
  };
  const names = (first: number, last: number, epoch = 'e1'): string[] =>
    Array.from({ length: last - first + 1 }, (_, i) => `${epoch}:${first + i}`);

  it('hears what has come since, in front of newer events', async () => {
    log.publish(5);
    const handle = open(at(2));
    expect(handle.position).toEqual(at(2));
    const heard = hearing(handle);
    await handle.ready();
    expect(handle.status).toEqual({ state: 'subscribed', gap: false, replayed: 3 });
    log.publish();
    await settled();
    expect(heard).toEqual(names(3, 6));
    expect(handle.position).toEqual(at(6));
  });

  it('has no gap where nothing has come since', async () => {
    log.publish(5);
    const handle = client.channel(room.with({}), { since: at(5) });
    await handle.ready();
    expect(handle.status).toEqual({ state: 'subscribed', gap: false, replayed: 0 });
  });

  it.each<[string, Position]>([
    ['is no longer kept', at(1)],
    ['is of another epoch', at(5, 'e0')],
    ['is ahead of the log', at(9)],
  ])('has a gap where the position %s', async (_why, since) => {
    log.publish(5);
    log.lost = 3;
    const handle = open(since);
    const heard = hearing(handle);
    await handle.ready();
    expect(handle.status).toEqual({ state: 'subscribed', gap: true, replayed: 0 });
    log.publish();
    await settled();
    expect(heard).toEqual(['e1:6']);
  });

  it('has a gap on a channel without history', async () => {
    const handle = client.channel('b', {}, { since: at(1) });
    await handle.ready();
    expect(handle.status).toEqual({ state: 'subscribed', gap: true, replayed: 0 });
  });

  it.each([null, 'e1', 5, {}, { epoch: 'e1' }, { epoch: 'e1', offset: -1 }, { epoch: 'e1', offset: '1' }])(
    'is refused at once with the position %j, for every form of the arguments',
    async (since) => {
      const options = { since: since as never };
      for (const wrong of [
        () => client.channel('a', {}, options),
        () => client.channel(room, undefined, options),
        () => client.channel(room.with({}), options),
      ])
        expect(wrong).toThrow('since must be a position, { epoch, offset }');
      await settled();
      expect(log.asked).toEqual([]);
    },
  );

  describe('beside other handles of the channel', () => {
    it('hears the past alone, and the present with them', async () => {
      log.publish(5);
      const [live, early, late] = [open(), open(at(1)), open(at(3))];
      const [atLive, atEarly, atLate] = [live, early, late].map(hearing);
      await Promise.all([live, early, late].map((handle) => handle.ready()));
      log.publish();
      await settled();
      expect(atLive).toEqual(['e1:6']);
      expect(atEarly).toEqual(names(2, 6));
      expect(atLate).toEqual(names(4, 6));
      expect([live, early, late].map(({ status }) => status)).toEqual([
        { state: 'subscribed', gap: false, replayed: 0 },
        { state: 'subscribed', gap: false, replayed: 4 },
        { state: 'subscribed', gap: false, replayed: 2 },
      ]);
      expect(log.asked).toEqual([{ channel: 'a', recover: at(1) }]);
    });

    it('may come later, and disturbs none of them', async () => {
      log.publish(2);
      const live = open();
      const atLive = hearing(live);
      await live.ready();
      const { status } = live;
      log.publish(3);
      await settled();
      const late = open(at(1));
      const atLate = hearing(late);
      expect(late.status).toEqual({ state: 'subscribing' });
      log.publish();
      await late.ready();
      const now = open();
      const atNow = hearing(now);
      expect(now.status).toEqual({ state: 'subscribed', gap: false, replayed: 0 });
      log.publish();
      await settled();
      expect(live.status).toBe(status);
      expect(atLive).toEqual(names(3, 7));
      expect(atLate).toEqual(names(2, 7));
      expect(late.status).toEqual({ state: 'subscribed', gap: false, replayed: 5 });
      expect(atNow).toEqual(['e1:7']);
      expect(server.bodies('rt:unsubscribe').flat()).not.toContainEqual({ channel: 'a' });
    });

    it('needs no request where it stands with them', async () => {
      log.publish(2);
      await open().ready();
      expect(open(at(2)).status).toEqual({ state: 'subscribed', gap: false, replayed: 0 });
      await settled();
      expect(log.asked).toHaveLength(1);
    });

    it('asks the server where it stands ahead of what the client has heard', async () => {
      log.publish(2);
      const live = open();
      await live.ready();
      log.append();
      const ahead = open(at(3));
      const heard = [hearing(live), hearing(ahead)];
      await ahead.ready();
      expect(ahead.status).toEqual({ state: 'subscribed', gap: false, replayed: 0 });
      log.publish();
      await settled();
      expect(heard).toEqual([names(3, 4), names(4, 4)]);
    });

    it('does not cost them their past where its own is lost', async () => {
      log.publish(3);
      const live = open();
      const atLive = hearing(live);
      await live.ready();
      server.drop();
      await reached(live, 'subscribing');
      const old = open(at(1));
      const foreign = open(at(7, 'e0'));
      log.publish(2);
      log.lost = 2;
      await Promise.all([live, old, foreign].map((handle) => handle.ready()));
      await settled();
      expect(atLive).toEqual(names(4, 5));
      expect([live, old, foreign].map(({ status }) => status)).toEqual([
        { state: 'subscribed', gap: false, replayed: 2 },
        { state: 'subscribed', gap: true, replayed: 0 },
        { state: 'subscribed', gap: true, replayed: 0 },
      ]);
    });

    it('keeps on asking after a refusal that may pass, and leaves them subscribed', async () => {
      log.publish(2);
      const live = open();
      await live.ready();
      const answers = [refuse('UNAVAILABLE', true)];
      server.on('rt:subscribe', () => {
        log = new ScriptedLog(server);
        log.publish(2);
        return answers.shift();
      });
      const late = open(at(0));
      const heard = hearing(late);
      await server.heard('rt:subscribe', 2);
      await settled();
      expect([live.status.state, late.status]).toMatchObject(['subscribed', { reason: { code: 'UNAVAILABLE' } }]);
      await late.ready();
      await settled();
      expect(heard).toEqual(names(1, 2));
    });

    it('ends them all where the server refuses it for good, because that ends the subscription', async () => {
      log.publish();
      const live = open();
      await live.ready();
      server.on('rt:subscribe', () => refuse('FORBIDDEN', false));
      const foreign = open(at(1, 'e0'));
      expect(foreign.status).toEqual({ state: 'subscribed', gap: true, replayed: 0 });
      const late = open(at(0));
      await Promise.all([live, foreign, late].map((handle) => reached(handle, 'ended')));
      expect(reasonOf(late)?.code).toBe('FORBIDDEN');
    });

    it('tells them of a gap where the answer shows that the log has begun again', async () => {
      log.publish(2);
      const live = open();
      const heard = hearing(live);
      await live.ready();
      log.reset();
      const late = open(at(1));
      await late.ready();
      for (const { status } of [live, late]) expect(status).toEqual({ state: 'subscribed', gap: true, replayed: 0 });
      log.publish();
      await settled();
      expect(heard).toEqual(names(1, 1, 'e2'));
    });

    it('leaves with them before it has been asked for', async () => {
      log.publish(2);
      const live = open();
      await live.ready();
      const late = open(at(0));
      for (const handle of [late, live]) handle.unsubscribe();
      await server.heard('rt:unsubscribe');
      expect(server.bodies('rt:unsubscribe')).toEqual([{ channel: 'a' }]);
      expect(log.asked).toHaveLength(1);
    });

    it('sends what waits for it once it is subscribed', async () => {
      log.publish(2);
      await open().ready();
      const late = client.channel('a', {}, { since: at(0) });
      await late.send('say', 'hello');
      expect(late.status.state).toBe('subscribed');
    });
  });

  describe('on a channel that the server subscribes', () => {
    beforeEach(() => {
      log = new ScriptedLog(server, 'inbox.u1');
    });
    const announce = (name = 'inbox.u1') =>
      server.socket.emit('rt:subscribed', { channel: name, position: log.position });

    it('asks for what it has missed, after the announcement and after each loss', async () => {
      log.publish(4);
      const handle = client.channel(inbox, undefined, { since: at(1) });
      const heard = hearing(handle);
      await client.ready();
      announce();
      await handle.ready();
      expect(handle.status).toEqual({ state: 'subscribed', gap: false, replayed: 3 });
      log.publish();
      await settled();
      server.drop();
      await reached(handle, 'subscribing');
      log.publish(2);
      await client.ready();
      announce();
      await handle.ready();
      log.publish();
      await settled();
      expect(heard).toEqual(names(2, 8));
      expect(log.asked).toEqual([at(1), at(5)].map((recover) => ({ channel: 'inbox.u1', recover })));
    });

    it('is not led astray by an offset far ahead that came while there was no handle', async () => {
      await client.ready();
      announce();
      await settled();
      server.socket.emit('rt:skip', 'inbox.u1', Number.MAX_SAFE_INTEGER);
      await settled();
      const handle = client.channel(inbox);
      const heard = hearing(handle);
      await handle.ready();
      log.publish();
      await settled();
      expect(heard).toEqual(names(1, 1));
    });

    it('needs no request where nothing was missed', async () => {
      const handle = client.channel(inbox);
      await client.ready();
      announce();
      await handle.ready();
      expect(handle.position).toEqual(at(0));
      server.drop();
      await reached(handle, 'subscribing');
      await client.ready();
      announce();
      await handle.ready();
      expect(handle.status).toEqual({ state: 'subscribed', gap: false, replayed: 0 });
      expect(log.asked).toEqual([]);
    });

    it('is not asked for after an eviction where the server has subscribed it again', async () => {
      const [handle, other] = [client.channel(inbox), client.channel('b')];
      await other.ready();
      announce();
      await handle.ready();
      for (const channel of ['inbox.u1', 'b'])
        server.socket.emit('rt:evicted', { channel, code: 'INSUFFICIENT_STATE', retryable: true });
      announce();
      await reached(other, 'subscribing');
      await other.ready();
      expect(handle.status).toEqual({ state: 'subscribed', gap: false, replayed: 0 });
      expect(log.asked).toEqual([]);
    });

    it('does not take the position of another user’s channel along', async () => {
      log.publish(3);
      const handle = client.channel(inbox);
      await client.ready();
      announce();
      await handle.ready();
      server.drop();
      await reached(handle, 'subscribing');
      log = new ScriptedLog(server, 'inbox.u2');
      log.publish(5);
      await client.ready();
      announce('inbox.u2');
      await handle.ready();
      expect(handle.status).toEqual({ state: 'subscribed', gap: true, replayed: 0 });
      expect(handle.position).toEqual(at(5));
      expect(log.asked).toEqual([]);
    });

    it('asks once where a handle has asked before the announcement', async () => {
      log.publish(3);
      await client.ready();
      server.on('rt:subscribe', () => undefined);
      const handle = client.channel(inbox, { userId: 'u1' }, { since: at(1) });
      const heard = hearing(handle);
      const asked = await server.heard('rt:subscribe');
      log = new ScriptedLog(server, 'inbox.u1');
      log.publish(3);
      announce();
      await settled();
      expect(handle.status).toEqual({ state: 'subscribing' });
      asked.reply({ ok: true, channel: 'inbox.u1', position: at(3), recovered: true });
      for (const offset of [2, 3]) server.socket.emit('rt:event', 'inbox.u1', 'said', `e1:${offset}`, offset);
      await settled();
      expect(heard).toEqual(names(2, 3));
      expect(log.asked).toHaveLength(1);
    });
  });
});
