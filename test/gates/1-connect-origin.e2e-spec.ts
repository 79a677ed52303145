// Which pages are the server's own at gate 1, and what may a browser ask for without an Origin, over real sockets?
import { afterEach, describe, expect, it } from '@jest/globals';
import { RealtimeModule, type RealtimeSettings } from 'nestjs-realtime';
import { type BootOptions, boot, closeApps, HTTP_ADAPTERS, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { answerTo, UPGRADE, upgradeOf } from '../kit/raw-http.js';
import { TLS } from '../kit/tls.js';

const COOKIE = 'Cookie: session=ann';

function start(settings: RealtimeSettings = {}, options?: BootOptions): Promise<TestApp> {
  return boot({ imports: [RealtimeModule.forRoot({ authenticator: KnownUsers, ...settings })] }, options);
}

/** Resolves with the status of the upgrade: 101 where the page may connect. */
async function upgrade(app: TestApp, ...lines: string[]): Promise<number> {
  return (await answerTo(app.url, [upgradeOf(), ...lines, ...UPGRADE])).status;
}

/** The headers of a page that was loaded from that host. */
function pageOf(host: string, scheme = 'http'): string[] {
  return [`Host: ${host}`, `Origin: ${scheme}://${host}`, COOKIE];
}

describe('which pages may connect', () => {
  const environment = process.env.NODE_ENV;
  afterEach(async () => {
    process.env.NODE_ENV = environment;
    await closeApps();
  });

  it.each(['production', 'development'])('a rebound name is none of the listed hosts (%s)', async (nodeEnv) => {
    process.env.NODE_ENV = nodeEnv;
    const app = await start({ hosts: ['app.example', '127.0.0.1'] });
    const { host, port } = new URL(app.url);
    for (const own of [host, 'app.example', 'APP.example:8080'.toLowerCase()]) {
      expect(await upgrade(app, ...pageOf(own))).toBe(101);
    }
    expect(await upgrade(app, ...pageOf(`localhost:${port}`))).toBe(nodeEnv === 'production' ? 400 : 101);
    for (const rebound of ['evil.example', `evil.example:${port}`, 'app.example.evil.example']) {
      expect(await upgrade(app, ...pageOf(rebound))).toBe(400);
      expect(await upgrade(app, `Host: ${rebound}`, `Origin: http://${rebound}`)).toBe(400);
    }
  });

  it('a rebound name is no loopback name either, which decides during development', async () => {
    const app = await start();
    const { host, port } = new URL(app.url);
    for (const own of [host, `localhost:${port}`, `app.localhost:${port}`, `[::1]:${port}`]) {
      expect(await upgrade(app, ...pageOf(own))).toBe(101);
    }
    for (const rebound of [`evil.example:${port}`, `localhost.evil.example:${port}`]) {
      expect(await upgrade(app, ...pageOf(rebound))).toBe(400);
    }
  });

  it.each(['production', 'development'])('listed origins decide alone (%s)', async (nodeEnv) => {
    process.env.NODE_ENV = nodeEnv;
    const app = await start({ origins: ['https://app.example'] });
    const { host } = new URL(app.url);
    expect(await upgrade(app, ...pageOf(host))).toBe(nodeEnv === 'production' ? 400 : 101);
    for (const own of ['evil.example', 'app.example']) expect(await upgrade(app, ...pageOf(own))).toBe(400);
    expect(await upgrade(app, `Host: ${host}`, 'Origin: https://app.example', COOKIE)).toBe(101);
    expect(await upgrade(app, 'Host: app.example', 'Origin: https://app.example', COOKIE)).toBe(101);
  });

  it.each(HTTP_ADAPTERS)(
    'a page of this machine on another port may connect outside production alone, on %s',
    async (http) => {
      for (const origins of [undefined, ['https://app.example']]) {
        for (const nodeEnv of ['development', 'production']) {
          process.env.NODE_ENV = nodeEnv;
          const app = await start({ origins }, { http });
          const host = `Host: ${new URL(app.url).host}`;
          const knock = (origin: string) => upgrade(app, host, `Origin: ${origin}`, COOKIE);
          for (const origin of ['http://localhost:5173', 'https://127.0.0.1:5173', 'http://[::1]:5173']) {
            expect(await knock(origin)).toBe(nodeEnv === 'production' ? 400 : 101);
          }
          for (const origin of [
            'http://localhost.evil.com:5173',
            'http://localhost@evil.com',
            'http://evil.com:5173',
          ]) {
            expect(await knock(origin)).toBe(400);
          }
        }
      }
    },
  );

  it.each(HTTP_ADAPTERS)('a page without TLS does not belong to a server with TLS, on %s', async (http) => {
    const app = await start({ hosts: ['app.example'] }, { http, https: TLS });
    const host = 'app.example';
    expect(await upgrade(app, ...pageOf(host, 'https'))).toBe(101);
    expect(await upgrade(app, ...pageOf(host, 'http'))).toBe(400);
  });

  it('a proxy that ends TLS states the scheme and the host where it is trusted, and no peer does where none is', async () => {
    const forwarded = ['X-Forwarded-Proto: https', 'X-Forwarded-Host: app.example'];
    const trusting = await start({ trustProxy: true, hosts: ['app.example'] });
    const strict = await start({ hosts: ['app.example'] });
    const behind = (origin: string, ...lines: string[]) => ['Host: 10.0.0.7', `Origin: ${origin}`, COOKIE, ...lines];
    expect(await upgrade(trusting, ...behind('https://app.example', ...forwarded))).toBe(101);
    expect(await upgrade(trusting, ...behind('http://app.example', ...forwarded))).toBe(400);
    expect(await upgrade(trusting, ...behind('https://app.example', ...forwarded, 'X-Forwarded-Proto: https'))).toBe(
      400,
    );
    expect(
      await upgrade(trusting, ...behind('https://app.example', ...forwarded, 'x-forwarded-host: evil.example')),
    ).toBe(400);
    expect(await upgrade(strict, ...behind('https://app.example', ...forwarded))).toBe(400);
  });

  it('a request with no host or with several hosts belongs to no page', async () => {
    const host = 'app.example';
    const app = await start({ hosts: [host] });
    const own = [`Origin: http://${host}`, COOKIE];
    expect(await upgrade(app, `Host: ${host}`, ...own)).toBe(101);
    expect(await upgrade(app, `Host: ${host}`, 'Host: evil.example', ...own)).toBe(400);
    expect(await upgrade(app, ...own)).toBe(400);
    expect(await upgrade(app, 'Host:', ...own)).toBe(400);
    expect(await upgrade(app, `Host: user@${host}`, ...own)).toBe(400);
    expect(await upgrade(app, `Host: ${host}`, ...own, `Origin: http://${host}`)).toBe(400);
    const old = await answerTo(app.url, [upgradeOf().replace('1.1', '1.0'), ...own, ...UPGRADE]);
    expect(old.status).not.toBe(101);
    const absolute = upgradeOf().replace(' /', ' http://evil.example/');
    expect((await answerTo(app.url, [absolute, `Host: ${host}`, ...own, ...UPGRADE])).status).not.toBe(101);
  });
});

describe('polling', () => {
  const environment = process.env.NODE_ENV;
  afterEach(async () => {
    process.env.NODE_ENV = environment;
    await closeApps();
  });

  const poll = (app: TestApp, query = '', headers: Record<string, string> = {}, init: RequestInit = {}) =>
    fetch(`${app.url}/realtime/?EIO=4&transport=polling${query}`, { headers, ...init });

  async function sessionOf(app: TestApp): Promise<string> {
    const answer = await poll(app, '', { origin: app.url });
    expect(answer.status).toBe(200);
    return (JSON.parse((await answer.text()).slice(1)) as { sid: string }).sid;
  }

  const lenient: RealtimeSettings = { transports: ['polling', 'websocket'], allowMissingOrigin: true };

  it.each(['&j=0', '&%6a=0', '&%6A=1', '&j', '&j=', '&j=x', '&j=0&j=1', '&a=1;b&j=2', '&j[]=1&j=0'])(
    'refuses JSONP: %s',
    async (query) => {
      const app = await start(lenient);
      const sid = await sessionOf(app);
      const given: Record<string, string>[] = [{}, { origin: app.url }, { 'sec-fetch-site': 'same-origin' }];
      for (const headers of given) {
        expect((await poll(app, query, headers)).status).toBe(403);
        expect((await poll(app, `${query}&sid=${sid}`, headers)).status).toBe(400);
        expect((await poll(app, `${query}&sid=${sid}`, headers, { method: 'POST', body: 'd=40' })).status).toBe(400);
      }
      expect(app.stats().connections).toBe(0);
    },
  );

  it.each(['cross-site', 'same-site', 'Cross-Site', 'SAME-ORIGIN', 'same-origin, same-origin'])(
    'refuses a request without an Origin that the browser calls %s, whatever is allowed, with cookies or without',
    async (site) => {
      const app = await start(lenient);
      const sid = await sessionOf(app);
      const refused = app.record('refused');
      const cookies: Record<string, string>[] = [{}, { cookie: 'session=ann' }];
      for (const more of cookies) {
        const headers = { ...more, 'sec-fetch-site': site };
        expect((await poll(app, '', headers)).status).toBe(403);
        expect((await poll(app, `&sid=${sid}`, headers)).status).toBe(400);
        expect((await poll(app, `&sid=${sid}`, headers, { method: 'POST', body: '40' })).status).toBe(400);
        const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
        const { host } = new URL(app.url);
        expect(await upgrade(app, `Host: ${host}`, ...lines)).toBe(400);
        const ofSession = `GET /realtime/?EIO=4&transport=websocket&sid=${sid} HTTP/1.1`;
        expect((await answerTo(app.url, [ofSession, `Host: ${host}`, ...lines, ...UPGRADE])).status).toBe(400);
      }
      expect(refused).toHaveLength(10);
      expect(refused.every(({ code }) => code === 'FORBIDDEN')).toBe(true);
      expect(app.stats().connections).toBe(0);
    },
  );

  it('opens a session for the pages that may begin one, and serves no other page that knows its id', async () => {
    const app = await start({ transports: ['polling', 'websocket'] });
    const { host } = new URL(app.url);
    const sid = await sessionOf(app);
    const post = (headers: Record<string, string>) => poll(app, `&sid=${sid}`, headers, { method: 'POST', body: '40' });
    const ofSession = `GET /realtime/?EIO=4&transport=websocket&sid=${sid} HTTP/1.1`;
    for (const origin of ['http://evil.example', 'null', 'https://localhost.evil.example']) {
      expect((await post({ origin })).status).toBe(400);
      expect((await answerTo(app.url, [ofSession, `Host: ${host}`, `Origin: ${origin}`, ...UPGRADE])).status).toBe(400);
    }
    expect((await post({ origin: app.url })).status).toBe(200);
    expect(await (await poll(app, `&sid=${sid}`, { 'sec-fetch-site': 'same-origin' })).text()).toMatch(/^40\{/);
  });

  it('refuses a page under a rebound name, which reads without an Origin', async () => {
    const app = await start({ transports: ['polling', 'websocket'] });
    const get = (...lines: string[]) =>
      answerTo(app.url, ['GET /realtime/?EIO=4&transport=polling HTTP/1.1', ...lines, 'Connection: close']);
    expect((await get(`Host: ${new URL(app.url).host}`)).status).toBe(200);
    expect((await get('Host: evil.example')).status).toBe(403);
    expect((await get('Host: evil.example', 'Sec-Fetch-Site: same-origin')).status).toBe(403);
  });

  it('answers with CORS for listed origins only', async () => {
    const app = await start({ transports: ['polling'], origins: ['https://app.example', 'self'] });
    const allowed = async (origin: string) =>
      (await poll(app, '', { origin })).headers.get('access-control-allow-origin');
    expect(await allowed('https://app.example')).toBe('https://app.example');
    const page = 'http://localhost:5173';
    expect(await allowed(page)).toBe(page);
    for (const origin of ['self', 'https://evil.example', 'http://localhost.evil.example', 'null']) {
      expect(await allowed(origin)).toBeNull();
    }
    process.env.NODE_ENV = 'production';
    const strict = await start({ transports: ['polling'], origins: ['https://app.example'] });
    const answer = await poll(strict, '', { origin: page });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  });

  it('offers no session that an upgrade could take over, where it is off', async () => {
    const app = await start();
    const client = await app.connect({ as: 'ann' });
    const sid = (client.socket.io.engine as unknown as { id: string }).id;
    const ofSession = `GET /realtime/?EIO=4&transport=websocket&sid=${sid} HTTP/1.1`;
    const { host } = new URL(app.url);
    expect(
      (await answerTo(app.url, [ofSession, `Host: ${host}`, 'Origin: http://evil.example', ...UPGRADE])).status,
    ).toBe(400);
    await client.settle();
  });
});
