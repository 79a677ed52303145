import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { reached } from '../test/reached.js';
import { refuse, ScriptedServer } from '../test/scripted-server.js';
import { createRealtimeClient, type OnlineWatch, type RealtimeClient } from './index.js';

describe('watch()', () => {
  let server: ScriptedServer;
  let client: RealtimeClient;
  let warnings: unknown[][];
  /** Users who are online for the server. */
  let online: string[];
  let fences = 0;
  /** Resolves once the client has read what the server has sent. */
  const flushed = () => client.channel(`fence-${++fences}`).ready();
  const tell = (change: unknown) => server.socket.emit('rt:online', change);
  const asked = () => server.bodies('rt:watch').map((body) => (body as { userIds: string[] }).userIds);
  const usersOf = (set: ReadonlySet<string>) => [...set].sort().join(' ');
  /** What the listener of a watch is told. */
  function told(watch: OnlineWatch): string[] {
    const lines: string[] = [];
    watch.onOnline((now) => lines.push(usersOf(now)));
    return lines;
  }

  beforeEach(async () => {
    server = await ScriptedServer.listen();
    online = ['ada', 'bob'];
    server.on('rt:watch', ({ body }) => ({
      ok: true,
      online: (body as { userIds: string[] }).userIds.filter((userId) => online.includes(userId)),
    }));
    warnings = [];
    const logger = { debug: () => undefined, error: () => undefined, warn: (...line: unknown[]) => void warnings.push(line) }; // prettier-ignore
    client = createRealtimeClient({ url: server.url, retryDelay: 5, maxRetryDelay: 20, jitter: 0, logger });
  });
  afterEach(async () => {
    await client.close();
    await server.close();
  });

  it('says which of its users are online, and hears of changes', async () => {
    const watch = client.watch(['ada', 'eve', 'ada']);
    const lines = told(watch);
    expect(usersOf(watch.online)).toBe('');
    await server.heard('rt:watch');
    await flushed();
    tell({ online: ['eve', 'unknown'], offline: [] });
    tell({ online: [], offline: ['ada', 'unknown'] });
    await flushed();
    expect(lines).toEqual(['ada', 'ada eve', 'eve']);
    expect(asked()).toEqual([['ada', 'eve']]);
  });

  it('keeps one set until something changes', async () => {
    const watch = client.watch(['ada', 'eve']);
    await client.ready();
    await flushed();
    const before = watch.online;
    tell({ online: ['ada', 'bob'], offline: ['eve'] });
    await flushed();
    expect(watch.online).toBe(before);
    tell({ online: ['eve'], offline: [] });
    await flushed();
    expect(watch.online).not.toBe(before);
    expect(usersOf(before)).toBe('ada');
  });

  it('sends one list for all watches, once in a tick, and only if it has changed', async () => {
    await client.ready();
    const first = client.watch(['ada']);
    const second = client.watch(['bob', 'ada']);
    client.watch(['eve']).unwatch();
    await flushed();
    expect(asked()).toEqual([['ada', 'bob']]);
    const third = client.watch(['ada']);
    expect(usersOf(third.online)).toBe('ada');
    await flushed();
    first.unwatch();
    third.unwatch();
    third.unwatch();
    await flushed();
    expect(asked()).toHaveLength(1);
    expect([first, second, third].map((watch) => usersOf(watch.online))).toEqual(['', 'ada bob', '']);
    second[Symbol.dispose]();
    await flushed();
    expect(asked()).toEqual([['ada', 'bob'], []]);
  });

  it('tells a watch of its own users only, and not after it has ended', async () => {
    const [watch, other] = [client.watch(['ada']), client.watch(['bob'])];
    const [lines, others] = [told(watch), told(other)];
    await client.ready();
    await flushed();
    other.unwatch();
    tell({ online: [], offline: ['bob'] });
    await flushed();
    tell({ online: ['bob'], offline: ['ada'] });
    await flushed();
    expect([lines, others]).toEqual([['ada', ''], ['bob']]);
  });

  it('tells nothing more to watches that a listener has ended, and to a listener that is removed', async () => {
    const [watch, next, other] = [client.watch(['ada']), client.watch(['ada']), client.watch(['bob'])];
    watch.onOnline(() => {
      watch.unwatch();
      next.unwatch();
    });
    const [lines, nexts, others] = [told(watch), told(next), told(other)];
    other.onOnline(() => others.push('removed'))();
    await client.ready();
    await flushed();
    expect([lines, nexts, others]).toEqual([[], [], ['bob']]);
  });

  it('knows a user without a break who is watched again before the server has answered', async () => {
    const watch = client.watch(['ada', 'bob']);
    await client.ready();
    await flushed();
    server.on('rt:watch', () => undefined);
    watch.unwatch();
    const { reply } = await server.heard('rt:watch', 2);
    const again = client.watch(['ada']);
    const lines = told(again);
    expect(usersOf(again.online)).toBe('ada');
    reply({ ok: true, online: [] });
    const next = await server.heard('rt:watch', 3);
    expect([usersOf(again.online), lines]).toEqual(['ada', []]);
    next.reply({ ok: true, online: [] });
    await flushed();
    expect(lines).toEqual(['']);
    expect(client.watch(['bob']).online.size).toBe(0);
  });

  it('waits for the answer before it sends another list, and each answer replaces what was known', async () => {
    server.on('rt:watch', () => undefined);
    const watch = client.watch(['ada']);
    const { reply } = await server.heard('rt:watch');
    const other = client.watch(['bob']);
    await flushed();
    client.watch(['eve']);
    await flushed();
    expect(asked()).toHaveLength(1);
    reply({ ok: true, online: ['ada'] });
    const next = await server.heard('rt:watch', 2);
    expect(next.body).toEqual({ userIds: ['ada', 'bob', 'eve'] });
    next.reply({ ok: true, online: ['bob'] });
    await flushed();
    expect([watch, other].map((each) => usersOf(each.online))).toEqual(['', 'bob']);
  });

  it('sends the list again after a reconnect, and keeps what it knew until the answer', async () => {
    const watch = client.watch(['ada', 'bob', 'eve']);
    const lines = told(watch);
    await client.ready();
    await flushed();
    server.on('rt:watch', () => undefined);
    client.watch(['kim']);
    await server.heard('rt:watch', 2);
    server.drop();
    await reached(client, 'reconnecting');
    const { reply } = await server.heard('rt:watch', 3);
    expect(usersOf(watch.online)).toBe('ada bob');
    reply({ ok: true, online: ['bob', 'eve'] });
    await flushed();
    const list = ['ada', 'bob', 'eve', 'kim'];
    expect(asked()).toEqual([list.slice(0, 3), list, list]);
    expect(warnings.filter(([what]) => what === 'Realtime watch list')).toEqual([]);
    expect(lines).toEqual(['ada bob', 'bob eve']);
  });

  it('sends nothing where there is nothing to watch, or no connection', async () => {
    client.watch([]);
    client.watch(['ada']).unwatch();
    await client.ready();
    client.disconnect();
    const watch = client.watch(['ada']);
    client.connect();
    await client.ready();
    await flushed();
    expect(asked()).toEqual([['ada']]);
    await client.close();
    watch.unwatch();
    const late = client.watch(['bob']);
    await reached(client, 'closed');
    expect([usersOf(late.online), asked().length]).toEqual(['', 1]);
  });

  it.each(['FORBIDDEN', 'LIMIT_EXCEEDED'])('is empty after %s, until another list is accepted', async (code) => {
    const watch = client.watch(['ada']);
    const lines = told(watch);
    await client.ready();
    await flushed();
    server.on('rt:watch', () => refuse(code, false));
    const other = client.watch(['bob']);
    await server.heard('rt:watch', 2);
    tell({ online: ['ada', 'bob'], offline: [] });
    await flushed();
    expect([watch, other].map((each) => usersOf(each.online))).toEqual(['', '']);
    expect(warnings).toEqual([['Realtime watch list', expect.objectContaining({ code })]]);
    expect(client.watch(['ada']).online.size).toBe(0);
    await flushed();
    expect(asked()).toHaveLength(2);
    server.on('rt:watch', () => ({ ok: true, online: ['ada'] }));
    other.unwatch();
    await server.heard('rt:watch', 3);
    await flushed();
    expect(lines).toEqual(['ada', '', 'ada']);
  });

  it('asks again after a refusal that is retryable, also with another list', async () => {
    server.on('rt:watch', () => refuse('UNAVAILABLE', true, { retryAfterMs: 1 }));
    const watch = client.watch(['ada']);
    await server.heard('rt:watch', 2);
    client.watch(['bob']);
    server.on('rt:watch', () => ({ ok: true, online: ['ada'] }));
    await new Promise<void>((resolve) => watch.onOnline(() => resolve()));
    expect(asked().at(-1)).toEqual(['ada', 'bob']);
    expect(warnings[0]).toEqual(['Realtime watch list', expect.objectContaining({ code: 'UNAVAILABLE' })]);
  });

  it('asks no sooner than the server says, with whatever list, but at once over another connection', async () => {
    server.on('rt:watch', () => refuse('RATE_LIMITED', true, { retryAfterMs: 60_000 }));
    const timers = jest.spyOn(globalThis, 'setTimeout');
    const cleared = jest.spyOn(globalThis, 'clearTimeout');
    client.watch(['ada']);
    await server.heard('rt:watch');
    await flushed();
    const retry = timers.mock.calls.findIndex(([, delay]) => delay! > 60_000 && delay! <= 60_005);
    client.watch(['bob']);
    await flushed();
    await flushed();
    expect(asked()).toEqual([['ada']]);
    server.on('rt:watch', () => ({ ok: true, online: [] }));
    server.drop();
    await server.heard('rt:watch', 2);
    expect(asked()[1]).toEqual(['ada', 'bob']);
    expect(cleared).toHaveBeenCalledWith(timers.mock.results[retry].value as NodeJS.Timeout);
    // Sockets have kept the functions that this test looks at.
    await client.close();
    timers.mockRestore();
    cleared.mockRestore();
  });

  it.each(['an answer', 'another connection'])('begins with the shortest delay again after %s', async (what) => {
    const timers = jest.spyOn(globalThis, 'setTimeout');
    const delays = (): number[] =>
      timers.mock.calls.flatMap(([, delay]) => (delay! > 100 && delay! <= 120 ? [delay! - 100] : []));
    const refusing = (): void => void server.on('rt:watch', () => refuse('UNAVAILABLE', true, { retryAfterMs: 100 }));
    refusing();
    client.watch(['ada']);
    await server.heard('rt:watch', 2);
    await flushed();
    if (what === 'an answer') {
      server.on('rt:watch', () => ({ ok: true, online: [] }));
      await server.heard('rt:watch', 3);
      await flushed();
      refusing();
      client.watch(['bob']);
      await server.heard('rt:watch', 4);
    } else {
      server.drop();
      await server.heard('rt:watch', 3);
    }
    await flushed();
    const [first, second, third] = delays();
    expect(delays()).toHaveLength(3);
    expect([first <= 5, second > 5, third <= 5]).toEqual([true, true, true]);
    await client.close();
    timers.mockRestore();
  });

  it('survives whatever a server sends', async () => {
    server.on('rt:watch', () => ({ ok: true, online: { ada: true } }));
    const watch = client.watch(['ada', '__proto__']);
    await client.ready();
    await flushed();
    for (const frame of [undefined, null, 'ada', [], {}, { online: 'ada', offline: 7 }, { online: [null, {}] }])
      tell(frame);
    await flushed();
    expect(watch.online.size).toBe(0);
    tell({ online: ['__proto__'] });
    await flushed();
    expect(usersOf(watch.online)).toBe('__proto__');
  });
});
