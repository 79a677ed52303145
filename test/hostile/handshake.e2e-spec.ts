import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { expectCalm, expectNoStall } from './calm.js';
import { connectClient, refusalOf } from './honest-client.js';
import { answerTo, UPGRADE, upgradeOf } from '../kit/raw-http.js';
import { RawSocket } from './raw-socket.js';

const UNAUTHENTICATED = { code: 'UNAUTHENTICATED', message: 'Authentication is required.', retryable: false };
const UNAVAILABLE = { code: 'UNAVAILABLE', message: 'The service is unavailable.', retryable: true };

describe('a hostile handshake', () => {
  let fixture: FixtureProcess;
  let session: string;

  const authCalls = async (): Promise<number> => (await fixture.stats()).authCalls;

  beforeAll(async () => {
    fixture = await FixtureProcess.start({ REALTIME_OPTIONS: JSON.stringify({ authenticationTimeout: 300 }) });
    session = await fixture.login('alice');
  });
  afterEach(async () => {
    await fixture.control('/auth', { mode: 'ok' });
    await expectCalm(fixture);
  });
  afterAll(async () => {
    expect(await fixture.stop()).toBe(0);
  });

  it.each([
    'http://evil.example',
    'null',
    'https://good.example',
    'http://good.example:81',
    'http://good.example.evil.example',
    'http://evil.example/http://good.example',
    'http://user@good.example',
    'file://',
    '',
  ])('never reaches the authenticator from the origin "%s" with a valid cookie', async (origin) => {
    const before = await authCalls();
    const refusal = await refusalOf(fixture, { extraHeaders: { origin, cookie: `session=${session}` } });
    expect(refusal).not.toBe('connected');
    expect(await authCalls()).toBe(before);
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'good.example',
    '10.0.0.1',
    '[::2]',
    '',
  ])('never reaches the authenticator from a page under the rebound name "%s"', async (name) => {
    const before = await authCalls();
    for (const host of [name, `${name}:${new URL(fixture.url).port}`]) {
      const lines = [`Host: ${host}`, `Origin: http://${host}`, `Cookie: session=${session}`];
      const { status } = await answerTo(fixture.url, [upgradeOf(fixture.path), ...lines, ...UPGRADE]);
      // On port 80 the page of good.example is listed, under any name that it requests.
      expect(status).toBe(host === 'good.example' ? 101 : 400);
    }
    expect(await authCalls()).toBe(before);
  });

  it.each(['cross-site', 'same-site', 'Cross-Site'])(
    'is refused without an origin and cookies where a browser calls it %s',
    async (site) => {
      expect(await refusalOf(fixture, { extraHeaders: { 'sec-fetch-site': site } })).not.toBe('connected');
    },
  );

  it('never reaches the authenticator with a cookie and without an origin', async () => {
    const before = await authCalls();
    expect(await refusalOf(fixture, { extraHeaders: { cookie: `session=${session}` } })).not.toBe('connected');
    expect(await authCalls()).toBe(before);
  });

  it('is accepted from an allowed origin and from the server itself', async () => {
    for (const origin of ['http://good.example', fixture.url]) {
      const socket = await connectClient(fixture, { extraHeaders: { origin, cookie: `session=${session}` } });
      socket.disconnect();
    }
  });

  it.each([
    ['empty', ''],
    ['a number', 42],
    ['null', null],
    ['an object', {}],
    ['an array', ['x']],
    ['unknown', 'nobody'],
    ['4,000 characters long', 'x'.repeat(4_000)],
    ['called __proto__', '__proto__'],
    ['full of control characters', '\u0000\n\u001b[31m'],
  ])('is UNAUTHENTICATED with a token that is %s', async (_title, token) => {
    expect(await refusalOf(fixture, { auth: { token } })).toEqual(UNAUTHENTICATED);
  });

  it.each(['session=nobody', 'session=', 'session=%E0%A4%A', 'session=__proto__', `session=${'x'.repeat(4_000)}`])(
    'is UNAUTHENTICATED with the cookie %s',
    async (cookie) => {
      const extraHeaders = { origin: 'http://good.example', cookie };
      expect(await refusalOf(fixture, { extraHeaders })).toEqual(UNAUTHENTICATED);
    },
  );

  it.each(['throw', 'reject', 'undefined', 'hang'])(
    'is UNAVAILABLE and never anonymous when the authenticator does this: %s',
    async (mode) => {
      await fixture.control('/auth', { mode });
      expect(await refusalOf(fixture, {})).toEqual(UNAVAILABLE);
      expect(await refusalOf(fixture, { auth: { token: session } })).toEqual(UNAVAILABLE);
    },
  );

  it.each([0, 50])(
    'is authenticated once for 500 CONNECT frames on one socket (which takes %d ms)',
    async (delayMs) => {
      await fixture.control('/auth', { mode: 'ok', delayMs });
      const attack = async (): Promise<void> => {
        const socket = await RawSocket.open(fixture);
        for (let i = 0; i < 500; i++) socket.send(`40${JSON.stringify({ token: session })}`);
        await socket.until((packet) => packet.startsWith('40') || packet.startsWith('44'));
        if (!socket.closed) await socket.settle();
        await socket.close();
      };
      await expectNoStall(fixture, attack, (before, after) => expect(after.authCalls - before.authCalls).toBe(1));
    },
  );

  it('is not authenticated for CONNECT frames to other namespaces', async () => {
    const before = await authCalls();
    const socket = await RawSocket.open(fixture);
    for (const namespace of ['/admin', '/t.auth', '/__proto__', `/${'x'.repeat(10_000)}`])
      socket.send(`40${namespace},`);
    await socket.until((packet) => packet.startsWith('44'));
    expect(await authCalls()).toBe(before);
    await socket.close();
  });

  it('is refused over polling', async () => {
    const url = `${fixture.url}${fixture.path}/?EIO=4&transport=polling`;
    expect((await fetch(url, { headers: { origin: 'http://good.example' } })).status).toBe(400);
  });
});
