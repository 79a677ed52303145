// Which transport does a client use, and do headers and cookies go along?
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createRealtimeClient, type RealtimeClient, type RealtimeClientOptions } from '@nestjs-realtime/client';
import { RealtimeModule, type RealtimeSettings } from 'nestjs-realtime';
import type { Browser } from 'playwright-core';
import { reached } from '../../libs/client/test/reached.js';
import { ScriptedServer } from '../../libs/client/test/scripted-server.js';
import { launchChromium } from '../chromium/launch-chromium.js';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { UpgradeProxy } from '../kit/upgrade-proxy.js';
import { bundledPage, CLIENT_PAGE } from './bundled-page.js';

const both: ('websocket' | 'polling')[] = ['websocket', 'polling'];
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await closeApps();
});

const start = (settings: RealtimeSettings = {}): Promise<TestApp> =>
  boot({ imports: [RealtimeModule.forRoot({ authenticator: KnownUsers, transports: both, ...settings })] });

function make(options: RealtimeClientOptions): RealtimeClient {
  const client = createRealtimeClient({ retryDelay: 1, ...options });
  closing.push(() => client.close());
  return client;
}

describe('the transports of a client', () => {
  it.each<[string, (near: Socket) => void]>([
    ['refuses', (near) => void near.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')],
    ['cuts', (near) => void near.destroy()],
    ['swallows', () => undefined],
    [
      'takes and swallows',
      (near) =>
        void near.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
    ],
  ])('are tried in their order: a proxy %s upgrades', async (_how, upgrade) => {
    const proxy = await UpgradeProxy.before((await start()).url, upgrade);
    closing.push(() => proxy.close());
    const client = make({ url: proxy.url, transports: both, connectTimeout: 1_000 });
    const states: string[] = [];
    client.onStatus(({ state }) => states.push(state));
    await client.ready();
    expect(states).toEqual(['connected']);
    expect(proxy.asked).toEqual(both);
  });

  it('begin with polling where that is preferred', async () => {
    const proxy = await UpgradeProxy.before((await start()).url, (near) => void near.destroy());
    closing.push(() => proxy.close());
    await make({ url: proxy.url, transports: ['polling', 'websocket'] }).ready();
    expect(proxy.asked).toEqual(['polling']);
  });

  it('are as many as are allowed: without polling, a refused upgrade is a failure', async () => {
    const proxy = await UpgradeProxy.before((await start()).url, (near) => void near.destroy());
    closing.push(() => proxy.close());
    await reached(make({ url: proxy.url }), 'reconnecting');
    expect(new Set(proxy.asked)).toEqual(new Set(['websocket']));
  });

  it('end with the last: WebSocket, where the server has no polling', async () => {
    const { url } = await start({ transports: ['websocket'] });
    await make({ url, transports: ['polling', 'websocket'] }).ready();
  });
});

describe.each(both)('a client of Node with a cookie, over %s', (transport) => {
  const transports = [transport];

  it.each(['cookie', 'Cookie', 'COOKIE'])('supplies the Origin that the server demands: %s', async (name) => {
    const { url } = await start();
    const headers = { [name]: 'session=ann' };
    const client = make({ url, transports, headers });
    await client.ready();
    expect(client.user?.userId).toBe('ann');
    expect(headers).toEqual({ [name]: 'session=ann' });
  });

  it('keeps the Origin that it was given', async () => {
    const { url } = await start({ origins: ['https://app.example'] });
    const client = make({ url, transports, headers: { Cookie: 'session=ann', Origin: 'https://app.example' } });
    await client.ready();
    expect(client.user?.userId).toBe('ann');
  });

  it('sends no Origin where it is told so', async () => {
    const { url } = await start({ allowMissingOrigin: true, origins: () => false });
    const client = make({ url, transports, headers: { Cookie: 'session=ann', origin: undefined } });
    await client.ready();
    expect(client.user?.userId).toBe('ann');
  });

  it('learns that the server does not admit the Origin', async () => {
    const { url } = await start({ origins: () => false });
    const client = make({ url, transports, headers: { Cookie: 'session=ann' } });
    const { reason } = await reached(client, 'reconnecting');
    expect(reason).toMatchObject({ code: 'ORIGIN_REFUSED', message: expect.stringContaining(`the Origin ${url}, `) });
  });

  it('fails where the server takes it for anonymous', async () => {
    const { url } = await start({ cookies: false });
    const client = make({ url, transports, headers: { Cookie: 'session=ann' } });
    await expect(client.ready()).rejects.toMatchObject({ code: 'UNAUTHENTICATED', retryable: false });
    expect(client.status.state).toBe('failed');
    const anonymous = make({ url, transports, headers: { Cookie: 'theme=dark' }, requireUser: false });
    await anonymous.ready();
    expect(anonymous.user).toBeNull();
  });
});

describe('a client without a user', () => {
  it('fails where a user is required', async () => {
    const { url } = await start();
    const client = make({ url, requireUser: true });
    await expect(client.ready()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const ann = make({ url, requireUser: true, auth: () => ({ token: 'ann' }) });
    await ann.ready();
  });

  it('is a warning where it had one before', async () => {
    const server = await ScriptedServer.listen();
    closing.push(() => server.close());
    const logger = { debug: () => undefined, error: () => undefined, warn: jest.fn() };
    const client = make({ url: server.url, logger });
    await client.ready();
    server.welcome = { protocol: 1, connectionId: 'c2', user: null };
    server.drop();
    await reached(client, 'reconnecting');
    await client.ready();
    expect(logger.warn).toHaveBeenCalledWith('Connected as anonymous, did the cookie arrive? See requireUser.');
  });

  it('is no warning where it never had one', async () => {
    const { url } = await start();
    const logger = { debug: () => undefined, error: () => undefined, warn: jest.fn() };
    await make({ url, logger }).ready();
    expect(logger.warn).not.toHaveBeenCalled();
  });
});

describe('a page of another origin', () => {
  let browser: Browser;
  let pages: Server;
  let at: string;

  beforeAll(async () => {
    const html = await bundledPage(CLIENT_PAGE);
    pages = createServer((_request, response) => {
      // For the name, whatever the port: a cookie of the server.
      response.setHeader('set-cookie', 'session=ann').setHeader('content-type', 'text/html').end(html);
    }).listen(0, '127.0.0.1');
    await once(pages, 'listening');
    at = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
    browser = await launchChromium();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    pages?.close();
  });

  async function told(options: RealtimeClientOptions, state = 'connected'): Promise<{ user: any; told: string[] }> {
    const page = await browser.newPage();
    closing.push(() => page.close());
    await page.goto(at);
    await page.evaluate((given) => (globalThis as any).make(given), options as any);
    await page.evaluate((wanted) => (globalThis as any).settled(wanted), state);
    return page.evaluate(() => ({ user: (globalThis as any).made.user, told: (globalThis as any).told }));
  }

  it.each<[string, ('websocket' | 'polling')[]]>([
    ['WebSocket', ['websocket']],
    ['polling', ['polling']],
  ])('sends the cookies of the server along, over %s', async (_name, transports) => {
    const { url } = await start({ origins: [at] });
    expect(await told({ url, transports })).toEqual({
      user: { userId: 'ann', roles: [] },
      told: ['connecting', 'connected'],
    });
  });

  it('falls back to polling, with its cookies, where a proxy refuses upgrades', async () => {
    const proxy = await UpgradeProxy.before((await start({ origins: [at] })).url, (near) => void near.destroy());
    closing.push(() => proxy.close());
    const { user } = await told({ url: proxy.url, transports: both });
    expect(user).toEqual({ userId: 'ann', roles: [] });
    expect(new Set(proxy.asked)).toEqual(new Set(both));
  });

  it.each(both)('is warned where the server takes it for anonymous, over %s', async (transport) => {
    const { url } = await start({ cookies: false });
    const warning = 'Connected as anonymous, did the cookie arrive? See requireUser.';
    expect(await told({ url, transports: [transport] })).toEqual({
      user: null,
      told: ['connecting', warning, 'connected'],
    });
    expect((await told({ url, transports: [transport], requireUser: false })).told).toEqual([
      'connecting',
      'connected',
    ]);
    expect((await told({ url, transports: [transport], requireUser: true }, 'failed')).told).toEqual([
      'connecting',
      'failed UNAUTHENTICATED',
    ]);
  });
});
