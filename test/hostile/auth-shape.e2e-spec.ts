import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { expectCalm } from './calm.js';
import { connectClient, openClient, refusalOf, request } from './honest-client.js';
import { RawSocket } from './raw-socket.js';

const BAD_REQUEST = { code: 'BAD_REQUEST', message: 'The request is malformed.', retryable: false };
const MB = 1_048_576;
const CROWD = 100;

const keys = (count: number): string => `{${Array.from({ length: count }, (_, i) => `"k${i}":0`).join(',')}}`;
const objects = (bytes: number): string =>
  `{"a":[${Array(Math.floor(bytes / 3))
    .fill('{}')
    .join(',')}]}`;

const REFUSED: [title: string, auth: string][] = [
  ['a string over 4 KB', `{"token":"${'x'.repeat(5_000)}"}`],
  ['a key over 4 KB', `{"${'x'.repeat(5_000)}":0}`],
  ['many strings of over 4 KB together', `{"a":["${Array(5).fill('x'.repeat(1_000)).join('","')}"]}`],
  ['65 keys', keys(65)],
  ['65 elements', `{"a":[${Array(65).fill('0').join(',')}]}`],
  ['21,000 objects', objects(63_000)],
  ['depth 5', '{"a":{"a":{"a":{"a":{}}}}}'],
  ['nesting of 10,000', `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
  ['__proto__', '{"__proto__":{"x":1}}'],
  ['a constructor inside', '{"a":[{"constructor":1}]}'],
  ['a prototype inside', '{"a":{"b":{"prototype":1}}}'],
];
const NO_OBJECTS = ['[]', '[{}]', '"x"', 'null', 'true', '1', '{'];

const ACCEPTED = [keys(64), `{"x":"${'x'.repeat(4_000)}"}`, '{"a":{"a":{"a":{}}}}', '{}'];

describe('auth', () => {
  let fixture: FixtureProcess;
  const authCalls = async (): Promise<number> => (await fixture.stats()).authCalls;

  beforeAll(async () => {
    const limits = { messagesPerSecond: 100_000, messageBurst: 100_000 };
    fixture = await FixtureProcess.start({ REALTIME_OPTIONS: JSON.stringify({ limits }) });
  });
  afterEach(async () => {
    await expectCalm(fixture);
  });
  afterAll(async () => {
    expect(await fixture.stop()).toBe(0);
  });

  it.each(REFUSED)('with %s is BAD_REQUEST and reaches no authenticator', async (_title, auth) => {
    const before = await fixture.stats();
    const socket = await RawSocket.open(fixture);
    socket.send(`40${auth}`);
    await socket.until((packet) => packet.startsWith('44'));
    const answer = JSON.parse(socket.packets.at(-1)!.slice(2)) as unknown;
    expect(answer).toEqual({ message: BAD_REQUEST.message, data: BAD_REQUEST });

    const connected = await RawSocket.connect(fixture);
    const reply = await connected.request('rt:authenticate', auth);
    expect(reply).toEqual({ ok: false, error: BAD_REQUEST });
    const after = await fixture.stats();
    expect(after.authCalls - before.authCalls).toBe(1);
    expect(after.refusals.BAD_REQUEST).toBe((before.refusals.BAD_REQUEST ?? 0) + 2);
    await Promise.all([socket.close(), connected.close()]);
  });

  it.each(NO_OBJECTS)('%s is no object: BAD_REQUEST, or the transport closes', async (auth) => {
    const before = await authCalls();
    const socket = await RawSocket.open(fixture);
    socket.send(`40${auth}`);
    await socket.until((packet) => packet.startsWith('4'));
    if (auth !== '{')
      expect(socket.packets.at(-1)).toBe(`44${JSON.stringify({ message: BAD_REQUEST.message, data: BAD_REQUEST })}`);
    expect(await authCalls()).toBe(before);
    await socket.close();
  });

  it.each(NO_OBJECTS.slice(0, -1))('%s at rt:authenticate is BAD_REQUEST', async (auth) => {
    const connected = await RawSocket.connect(fixture);
    const before = await authCalls();
    expect(await connected.request('rt:authenticate', auth)).toEqual({ ok: false, error: BAD_REQUEST });
    expect(await authCalls()).toBe(before);
    await connected.close();
  });

  it.each(ACCEPTED)('within the limits goes to the authenticator', async (auth) => {
    const before = await authCalls();
    const socket = await RawSocket.open(fixture);
    socket.send(`40${auth}`);
    await socket.until((packet) => packet.startsWith('40'));
    expect(socket.closed).toBe(false);
    expect(await authCalls()).toBe(before + 1);
    await socket.close();
  });

  it('is looked at before any lane: behind a renewal that hangs a malformed one is answered', async () => {
    const token = await fixture.login('alice');
    const socket = await connectClient(fixture, { auth: { token } });
    await fixture.control('/auth', { mode: 'hang' });
    const hanging = request(socket, 'rt:authenticate', { token });
    expect(await request(socket, 'rt:authenticate', [])).toEqual({ ok: false, error: BAD_REQUEST });
    await fixture.control('/auth', { mode: 'ok' });
    expect((await hanging).ok).toBe(false);
    socket.disconnect();
  });

  it('that was refused buys no second CONNECT', async () => {
    const socket = await RawSocket.open(fixture);
    const before = await authCalls();
    socket.send('40[]');
    socket.send('40');
    await socket.until(() => false);
    expect(socket.packets.filter((packet) => packet.startsWith('40'))).toEqual([]);
    expect(await authCalls()).toBe(before);
  });

  it('leaves nothing of a connection that was refused, and little of one that was not', async () => {
    const grown = async (packet: string): Promise<number> => {
      const before = await fixture.stats({ gc: true });
      const sockets = await Promise.all(Array.from({ length: CROWD }, () => RawSocket.open(fixture)));
      for (const socket of sockets) socket.send(packet);
      await Promise.all(sockets.map((socket) => socket.until((received) => /^4[04]/.test(received))));
      const after = await fixture.stats({ gc: true });
      await Promise.all(sockets.map((socket) => socket.close()));
      return after.heapUsed - before.heapUsed;
    };
    await grown('40');
    for (const packet of [
      `40${objects(63_000)}`,
      `40/x,${objects(63_000)}`,
      `40/,${objects(63_000)}`,
      `40${keys(64)}`,
    ]) {
      expect(await grown(packet)).toBeLessThan(CROWD * 60_000);
    }
  });
});

describe('the request of a handshake', () => {
  let fixture: FixtureProcess;
  const origin = 'http://good.example';
  const many = (count: number, of: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => of(i)).join('');

  beforeAll(async () => {
    fixture = await FixtureProcess.start();
  });
  afterEach(async () => {
    await expectCalm(fixture);
  });
  afterAll(async () => {
    expect(await fixture.stop()).toBe(0);
  });

  it.each([
    ['a URL of 3 KB', { query: { x: 'x'.repeat(3_000) } }],
    ['40 parameters', { query: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`p${i}`, ''])) }],
    [
      '200 headers',
      { extraHeaders: { origin, ...Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`x-${i}`, 'x'])) } },
    ],
  ])('is refused with %s', async (_title, options) => {
    const before = await fixture.stats();
    expect(await refusalOf(fixture, options)).toBe('websocket error');
    const after = await fixture.stats();
    expect(after.authCalls).toBe(before.authCalls);
    expect(after.refusals.FORBIDDEN).toBe((before.refusals.FORBIDDEN ?? 0) + 1);
  });

  it('may have what browsers and proxies send', async () => {
    const cookie = many(20, (i) => `c${i}=${'x'.repeat(200)}; `) + 'z=z';
    const headers = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`x-forwarded-${i}`, 'x'.repeat(60)]));
    const socket = openClient(fixture, { query: { v: '1' }, extraHeaders: { origin, cookie, ...headers } });
    await new Promise((resolve) => socket.once('connect_error', resolve).once('connect', () => resolve(null)));
    expect(socket.connected).toBe(true);
    socket.disconnect();
  });

  it('of an upgrade leaves nothing', async () => {
    await fixture.stop();
    // without polling no request may name a session
    fixture = await FixtureProcess.start({
      REALTIME_OPTIONS: JSON.stringify({ transports: ['polling', 'websocket'] }),
    });
    const before = await fixture.stats({ gc: true });
    const first = await Promise.all(Array.from({ length: CROWD }, () => RawSocket.open(fixture)));
    const sids = first.map((socket) => (JSON.parse(socket.packets[0].slice(1)) as { sid: string }).sid);
    const headers = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`x-${i}`, '']));
    const probes = await Promise.all(sids.map((sid) => RawSocket.probe(fixture, sid, headers)));
    const after = await fixture.stats({ gc: true });
    expect(after.heapUsed - before.heapUsed).toBeLessThan(6 * MB);
    await Promise.all([...first, ...probes].map((socket) => socket.close()));
  });
});
