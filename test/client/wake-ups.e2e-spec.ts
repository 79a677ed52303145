// Does a page come back at once when the network, the page or the machine does, and does it notice a line that died meanwhile?
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RealtimeClientOptions } from '@nestjs-realtime/client';
import { once } from 'node:events';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { ScriptedServer } from '../../libs/client/test/scripted-server.js';
import { launchChromium } from '../chromium/launch-chromium.js';
import { HalfOpenProxy } from '../kit/half-open-proxy.js';
import { bundledPage, CLIENT_PAGE } from './bundled-page.js';

/** So late that only a wake-up brings the client back within the test. */
const LATE: RealtimeClientOptions = { retryDelay: '10m', maxRetryDelay: '10m', jitter: 0 };

/** Keeps which listeners the page has, by their event. */
const LISTENERS = `
  globalThis.listening = {};
  for (const [name, change] of [['addEventListener', 'add'], ['removeEventListener', 'delete']]) {
    const act = globalThis[name];
    globalThis[name] = function (type, listener, ...rest) {
      (listening[type] ??= new Set())[change](listener);
      return act.call(this ?? globalThis, type, listener, ...rest);
    };
  }
`;

describe('a page that wakes up', () => {
  let html: string;
  let browser: Browser;
  let server: ScriptedServer;
  /** Between the page and the server. */
  let line: HalfOpenProxy;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    html = await bundledPage(CLIENT_PAGE);
    browser = await launchChromium(true);
  }, 60_000);
  afterAll(() => browser?.close());
  beforeEach(async () => {
    server = (await ScriptedServer.listen()).serve(html);
    line = await HalfOpenProxy.before(server.port);
    context = await browser.newContext();
    await context.addInitScript(LISTENERS);
    page = await context.newPage();
  });
  afterEach(async () => {
    await context.close();
    line.close();
    await server.close();
  });

  const settled = (state: string): Promise<unknown> =>
    page.evaluate((wanted) => (globalThis as any).settled(wanted), state);
  const told = (): Promise<string[]> => page.evaluate(() => (globalThis as any).told);
  /** What the browser does when the page goes into the background, or comes back. */
  const becomes = (state: 'hidden' | 'visible'): Promise<void> =>
    page.evaluate((now) => {
      Object.defineProperty(document, 'visibilityState', { value: now, configurable: true });
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    }, state);
  const happens = (...events: string[]): Promise<void> =>
    page.evaluate((types) => types.forEach((type) => globalThis.dispatchEvent(new Event(type))), events);
  const asked = (): number => server.bodies('rt:subscribe').length;

  async function connected(options: RealtimeClientOptions = LATE): Promise<void> {
    await page.goto(line.url);
    await page.evaluate((given) => (globalThis as any).make(given), options as any);
    await settled('connected');
  }
  /** Drops the connection, and waits until the client knows. */
  async function lost(): Promise<void> {
    server.drop();
    await settled('reconnecting');
  }

  it('connects at once when the network is back', async () => {
    await connected();
    await context.setOffline(true);
    await settled('reconnecting');
    await context.setOffline(false);
    await settled('connected');
    expect(server.handshakes).toHaveLength(2);
  });

  it('connects at once when the page is visible again, and not when it is hidden', async () => {
    await connected();
    await lost();
    await becomes('hidden');
    await happens('pageshow');
    expect((await told()).at(-1)).toBe('reconnecting DISCONNECTED');
    await becomes('visible');
    await settled('connected');
    expect(server.handshakes).toHaveLength(2);
  });

  it('connects at once when the page is shown again', async () => {
    await connected();
    await lost();
    await happens('pageshow');
    await settled('connected');
  });

  it('is kept when the user leaves it, after its last words, and connects at once when they come back', async () => {
    await connected();
    await page.evaluate(async () => {
      const notes = (globalThis as any).made.channel('notes');
      await notes.ready();
      globalThis.addEventListener('pagehide', ({ type }) => void notes.send(type));
      document.addEventListener('visibilitychange', ({ type }) => void notes.send(type));
      globalThis.addEventListener('pageshow', ({ persisted }) => void ((globalThis as any).persisted = persisted));
    });
    const gone = once(server.socket, 'disconnect');
    await page.goto('about:blank');
    expect(await gone).toEqual(['client namespace disconnect', undefined]);
    expect(server.bodies('rt:message')).toMatchObject([{ event: 'pagehide' }, { event: 'visibilitychange' }]);
    await page.goBack({ waitUntil: 'commit' });
    await page.waitForFunction(() => (globalThis as any).persisted);
    await settled('connected');
    expect(await told()).toEqual(['connecting', 'connected', 'reconnecting DISCONNECTED', 'connected']);
    expect(server.handshakes).toHaveLength(2);
  });

  it('does not try before the server lets it', async () => {
    await connected({ ...LATE, retryDelay: 1 });
    const since = Date.now();
    server.socket.emit('rt:bye', { code: 'SHUTDOWN', reconnect: true, retryAfterMs: 1_500 });
    server.drop();
    await settled('reconnecting');
    await happens('online', 'pageshow', 'visibilitychange');
    await settled('connected');
    expect(Date.now() - since).toBeGreaterThan(1_450);
    expect(server.handshakes).toHaveLength(2);
  });

  it('asks the server once whether the line lives, and keeps one that does', async () => {
    await connected();
    await happens('online', 'pageshow', 'visibilitychange');
    const { body } = await server.heard('rt:subscribe');
    expect(body).toEqual([]);
    await page.evaluate(() => (globalThis as any).made.channel('a').ready());
    expect(asked()).toBe(2);
    await happens('online');
    await server.heard('rt:subscribe', 3);
    expect(await told()).toEqual(['connecting', 'connected']);
  });

  it('notices within seconds that the line has died, and is back at once', async () => {
    await connected();
    line.swallow();
    await becomes('visible');
    await settled('reconnecting');
    await settled('connected');
    expect(await told()).toEqual(['connecting', 'connected', 'reconnecting DISCONNECTED', 'connected']);
  });

  it('keeps a slow line as long as something comes', async () => {
    await connected();
    await page.evaluate(() => ((globalThis as any).room = (globalThis as any).made.channel('a')).ready());
    server.on('rt:subscribe', () => undefined);
    await happens('online');
    const { reply } = await server.heard('rt:subscribe', 2);
    // Six seconds, which is longer than the client waits for a line that says nothing.
    const pace = setInterval(() => server.socket.emit('rt:event', 'a', 'b', 1), 1_000);
    await page.evaluate(async () => {
      let heard = 0;
      for await (const _event of (globalThis as any).room.events('b')) if (++heard === 6) break;
    });
    clearInterval(pace);
    reply([]);
    expect(await told()).toEqual(['connecting', 'connected']);
  });

  it('notices that the machine has slept, though no event says so', async () => {
    await page.clock.install();
    await connected();
    line.swallow();
    await page.clock.fastForward(20_000);
    await settled('reconnecting');
    await settled('connected');
  });

  it('does not take the late timers of a hidden page for a sleep', async () => {
    await page.clock.install();
    await connected();
    await becomes('hidden');
    await page.clock.fastForward(20_000);
    await page.evaluate(() => (globalThis as any).made.channel('a').ready());
    expect(server.bodies('rt:subscribe')).toEqual([{ channel: 'a' }]);
  });

  it('listens to nothing while there is nothing to wait for', async () => {
    const listeners = (): Promise<number[]> =>
      page.evaluate(() =>
        ['online', 'pageshow', 'visibilitychange'].map((type) => (globalThis as any).listening[type]?.size ?? 0),
      );
    await connected();
    expect(await listeners()).toEqual([1, 1, 1]);
    await lost();
    expect(await listeners()).toEqual([1, 1, 1]);
    await page.evaluate(() => (globalThis as any).made.disconnect());
    expect(await listeners()).toEqual([0, 0, 0]);
    await happens('online');
    expect((await told()).at(-1)).toBe('disconnected');
    await page.evaluate(() => (globalThis as any).made.connect());
    await settled('connected');
    expect(await listeners()).toEqual([1, 1, 1]);
    await page.evaluate(() => (globalThis as any).made.close());
    expect(await listeners()).toEqual([0, 0, 0]);
  });
});
