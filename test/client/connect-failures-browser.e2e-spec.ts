// What does a page learn of a connection that fails? As much as the browser shows, and where it hides the rest, what to look at, in order.
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { RealtimeClientOptions } from '@nestjs-realtime/client';
import { RealtimeModule, type RealtimeSettings } from 'nestjs-realtime';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../chromium/launch-chromium.js';
import { boot, closeApps } from '../kit/boot.js';
import { freePort } from '../kit/free-port.js';
import { KnownUsers } from '../kit/known-users.js';
import { bundledPage, CLIENT_PAGE } from './bundled-page.js';

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

let html: string;
let browser: Browser;
const servers: Server[] = [];
const pages: Page[] = [];

beforeAll(async () => {
  html = await bundledPage(CLIENT_PAGE);
  browser = await launchChromium();
}, 60_000);
afterAll(() => browser?.close());
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
  for (const server of servers.splice(0)) server.close();
  await closeApps();
});

/** A web server that serves the page, and answers everything else by itself. */
async function webServer(other: RequestListener, policy?: string): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url !== '/') return other(request, response);
    if (policy) response.setHeader('content-security-policy', policy);
    response.setHeader('content-type', 'text/html').end(html);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const withStatus =
  (status: number): RequestListener =>
  (_request, response) =>
    response.writeHead(status).end('<html>');
const start = async (settings: RealtimeSettings): Promise<string> =>
  (await boot({ imports: [RealtimeModule.forRoot({ authenticator: KnownUsers, ...settings })] })).url;

async function open(at: string, options: RealtimeClientOptions): Promise<Page> {
  const page = await browser.newPage();
  pages.push(page);
  await page.goto(at);
  await page.evaluate((given) => (globalThis as any).make(given), options as any);
  return page;
}
/** The reason of this state, once it is reached. */
async function failure(at: string, options: RealtimeClientOptions, state = 'reconnecting'): Promise<Failure> {
  const page = await open(at, options);
  return page.evaluate((wanted) => (globalThis as any).settled(wanted), state);
}

describe('a page whose connection fails', () => {
  it.each([
    [404, 'NOT_FOUND', 'nothing is at this path. 404'],
    [502, 'BAD_GATEWAY', 'a proxy reaches no server. 502'],
    [200, 'PROTOCOL_MISMATCH', 'what answers is not nestjs-realtime, check url and path. 200'],
    [403, 'ORIGIN_REFUSED', '403'],
  ])('reads the status %d of its own server', async (status, code, what) => {
    const url = await webServer(withStatus(status));
    const reason = await failure(url, { path: '/live' });
    expect(reason).toMatchObject({ code, retryable: true });
    expect(reason.message).toContain(`Cannot connect to ${url}/live: `);
    expect(reason.message).toContain(what);
    if (status === 403) expect(reason.message).toContain(`the Origin ${url}`);
  });

  it('has a list where the server of another origin refuses it, which names its Origin', async () => {
    const page = await webServer(withStatus(404));
    const url = await start({ origins: () => false });
    expect(await failure(page, { url })).toMatchObject({
      code: 'HANDSHAKE_REFUSED',
      message: `Cannot connect to ${url}/realtime: refused, check path, the Origin ${page} in the server's log, proxies (upgrades), transports.`,
      retryable: true,
    });
  });

  it('reads over polling that the server refuses its Origin, where CORS lets it', async () => {
    const page = await webServer(withStatus(404));
    const url = await start({ origins: () => false, transports: ['polling'] });
    expect(await failure(page, { url, transports: ['polling'] })).toMatchObject({
      code: 'ORIGIN_REFUSED',
      message: expect.stringContaining(`the server refuses the Origin ${page}`),
    });
  });

  it.each([
    ['a port where nothing listens', async () => `http://127.0.0.1:${await freePort()}`],
    ['a name that is unknown', async () => 'http://nowhere.invalid'],
  ])('has another list where nothing answers: %s', async (_what, server) => {
    const url = await server();
    expect(await failure(await webServer(withStatus(404)), { url })).toMatchObject({
      code: 'UNREACHABLE',
      message: `Cannot connect to ${url}/realtime: no answer, check server, url, certificate, Content-Security-Policy, firewalls.`,
      retryable: true,
    });
  });

  it.each<[string[]]>([[['websocket']], [['polling']], [['websocket', 'polling']]])(
    'fails for good where its own policy forbids the connection, over %p',
    async (transports) => {
      const policy = "default-src 'self' 'unsafe-inline'; connect-src 'self'";
      const url = await start({ origins: () => true });
      expect(
        await failure(await webServer(withStatus(404), policy), { url, transports: transports as [] }, 'failed'),
      ).toMatchObject({
        code: 'BLOCKED',
        message: `Cannot connect to ${url}/realtime: the Content-Security-Policy of the page needs it in connect-src.`,
        retryable: false,
      });
    },
  );

  it('is not noisy: once it was connected, it asks for no more than the connection itself', async () => {
    const at = await webServer(withStatus(502));
    const url = await start({ origins: [at] });
    const page = await open(at, { url, retryDelay: 1 });
    await page.evaluate(() => (globalThis as any).settled('connected'));
    await closeApps();
    await page.evaluate(() => (globalThis as any).settled('reconnecting'));
    const heads: string[] = [];
    page.on('request', (request) => heads.push(request.method()));
    await page.waitForFunction(
      () => (globalThis as any).told.filter((line: string) => /UNREACHABLE/.test(line)).length > 2,
    );
    expect(heads).not.toContain('HEAD');
  });
});
