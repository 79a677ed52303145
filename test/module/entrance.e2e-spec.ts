// Which pages may connect, and what does an authenticator learn of them?
import { once } from 'node:events';
import { get, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  diagnose,
  IRealtimeAuthenticator,
  type RealtimeHandshake,
  RealtimeModule,
  type RealtimeSettings,
  type RealtimeUser,
} from 'nestjs-realtime';
import { IRealtimeServer } from 'nestjs-realtime/adapters';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { Client } from '../kit/client.js';
import { KnownUsers } from '../kit/known-users.js';
import { HeldQuestion, Latch } from '../kit/latch.js';
import { LogBook } from '../kit/log-book.js';
import { UPGRADE, upgradeOf } from '../kit/raw-http.js';

const log = new LogBook();
afterEach(async () => {
  log.lines.length = 0;
  await closeApps();
});

const start = (settings: RealtimeSettings): Promise<TestApp> =>
  boot({ imports: [RealtimeModule.forRoot({ authenticator: KnownUsers, ...settings })] }, { logger: log });

/** What becomes of a page that connects with these headers. */
async function outcome(app: TestApp, headers: Record<string, string>): Promise<string> {
  try {
    const client = await Client.connect(app.url, { headers });
    client.close();
    return 'connected';
  } catch (error) {
    return (error as { data?: { code: string } }).data?.code ?? 'refused';
  }
}

describe('origins as a list', () => {
  it('may have wildcards for whole labels', async () => {
    const app = await start({ origins: ['https://*.example.com', 'https://app.example'] });
    for (const origin of ['https://a.example.com', 'https://a.b.example.com', 'https://app.example']) {
      expect(await outcome(app, { origin })).toBe('connected');
    }
    for (const origin of [
      'https://example.com',
      'https://evilexample.com',
      'https://a.example.com.evil',
      'http://192.168.1.5:5173',
    ]) {
      expect(await outcome(app, { origin })).toBe('refused');
    }
  });
});

describe('a page whose session cookie the browser keeps back', () => {
  const environment = process.env.NODE_ENV;
  afterEach(() => {
    process.env.NODE_ENV = environment;
  });
  const said = (): string[] => log.lines.filter((line) => line.includes('without a cookie'));
  const hostOf = (app: TestApp): string => new URL(app.url).host;

  it('is told of once, in the log', async () => {
    const app = await start({});
    const origin = new URL(app.url).hostname === 'localhost' ? 'http://127.0.0.1:5173' : 'http://localhost:5173';
    for (let i = 0; i < 3; i++) expect(await outcome(app, { origin })).toBe('connected');
    expect(said()).toEqual([
      expect.stringMatching(
        new RegExp(`^log A page of "${origin}" has connected without a cookie, .*cookies of "${hostOf(app)}"`),
      ),
    ]);
  });

  it.each<[string, RealtimeSettings, Record<string, string>]>([
    ['that sends it', {}, { origin: 'https://other.example', cookie: 'session=ann' }],
    ['that sends another one', {}, { origin: 'https://other.example', cookie: 'theme=dark' }],
    ['of the same site', {}, { origin: 'https://app.example.com', host: 'api.example.com' }],
    ['without a name', { allowMissingOrigin: true }, {}],
    ['of an application that takes no cookies', { cookies: false }, { origin: 'https://other.example' }],
  ])('is not told of for a page %s', async (_title, settings, headers) => {
    const app = await start({ origins: () => true, ...settings });
    expect(await outcome(app, headers)).toBe('connected');
    expect(said()).toEqual([]);
  });

  it('is not told of for a page on another port, for one with a token, and in production', async () => {
    const app = await start({ origins: () => true });
    expect(await outcome(app, { origin: `http://${new URL(app.url).hostname}:5173` })).toBe('connected');
    (await Client.connect(app.url, { as: 'ann', headers: { origin: 'https://other.example' } })).close();
    await closeApps();
    process.env.NODE_ENV = 'production';
    const live = await start({ origins: ['https://other.example'] });
    expect(await outcome(live, { origin: 'https://other.example' })).toBe('connected');
    expect(said()).toEqual([]);
  });

  it('costs strangers who make up origins a bounded number of lines', async () => {
    const app = await start({ origins: () => true });
    for (let i = 0; i < 40; i++) await outcome(app, { origin: `https://page${i}.site${i}.example` });
    expect(said()).toHaveLength(16);
  });
});

describe('pages of this machine', () => {
  const environment = process.env.NODE_ENV;
  afterEach(() => {
    process.env.NODE_ENV = environment;
  });
  const said = (): string[] => log.lines.filter((line) => line.includes('Pages of this machine'));

  it('may connect on any port outside production, which the log says once', async () => {
    const app = await start({ origins: ['https://app.example'] });
    for (const origin of ['http://localhost:5173', 'http://127.0.0.1:4200', 'https://[::1]:8443']) {
      expect(await outcome(app, { origin, cookie: 'session=ann' })).toBe('connected');
    }
    expect(said()).toEqual([
      'log Pages of this machine may connect, on any port: http://localhost, http://127.0.0.1, http://[::1]. With NODE_ENV=production only origins decides. Realtime',
    ]);
  });

  it('may not connect in production, and the log says nothing of them', async () => {
    process.env.NODE_ENV = 'production';
    const app = await start({ origins: ['https://app.example'] });
    expect(await outcome(app, { origin: 'http://localhost:5173' })).toBe('refused');
    expect(said()).toEqual([]);
  });

  it('connect as other pages do where a function decides, or any page may connect', async () => {
    const asked: string[] = [];
    const origin = 'http://localhost:5173';
    const strict = await start({ origins: (page) => asked.push(page) === 0 });
    expect(await outcome(strict, { origin })).toBe('refused');
    expect(asked).toEqual([origin]);
    expect(await outcome(await start({ cookies: false }), { origin })).toBe('connected');
    expect(said()).toEqual([]);
  });
});

describe('origins as a function', () => {
  it('decides about each page, with what the request brings', async () => {
    const asked: [string, RealtimeHandshake][] = [];
    const origins = async (origin: string, handshake: RealtimeHandshake): Promise<boolean> => {
      asked.push([origin, handshake]);
      return origin === 'https://tenant.example';
    };
    const app = await start({ origins });
    expect(await outcome(app, { origin: 'https://tenant.example', cookie: 'session=ann' })).toBe('connected');
    expect(await outcome(app, { origin: 'https://other.example' })).toBe('refused');
    expect(asked.map(([origin]) => origin)).toEqual(['https://tenant.example', 'https://other.example']);
    expect(asked[0][1]).toMatchObject({ auth: {}, cookies: { session: 'ann' }, origin: 'https://tenant.example' });
  });

  it.each<[string, unknown]>([
    ['a truthy value', () => 'yes'],
    ['nothing', () => undefined],
    ['an error', () => Promise.reject(new Error('the tenants are down'))],
    [
      'an error of its own',
      () => {
        throw new Error('no');
      },
    ],
    ['no answer', () => new Promise(() => undefined)],
  ])('does not admit a page by %s', async (_, origins) => {
    const app = await start({ origins: origins as () => boolean, authenticationTimeout: '100ms' });
    expect(await outcome(app, { origin: 'https://a.example' })).toBe('refused');
  });

  it('is asked for polling requests as well, also of a session that another page has opened', async () => {
    let admits = true;
    const app = await start({ origins: async () => admits, transports: ['polling', 'websocket'] });
    const poll = (path: string): Promise<[number, string]> =>
      new Promise((resolve, reject) => {
        const url = `${app.url}/realtime/?EIO=4&transport=polling${path}`;
        get(url, { headers: { origin: 'https://a.example' } }, (response) => {
          let body = '';
          response.on('data', (chunk: Buffer) => (body += chunk.toString()));
          response.on('end', () => resolve([response.statusCode!, body]));
        }).on('error', reject);
      });
    const [status, body] = await poll('');
    expect(status).toBe(200);
    const { sid } = JSON.parse(body.slice(1)) as { sid: string };
    admits = false;
    expect((await poll(''))[0]).toBe(403);
    expect((await poll(`&sid=${sid}`))[0]).toBe(400);
  });

  it.each<[string, unknown, string]>([
    ['an error', () => Promise.reject(new Error('down')), 'UNAVAILABLE'],
    ['no answer', () => new Promise(() => undefined), 'UNAVAILABLE'],
    ['a no', () => false, 'FORBIDDEN'],
  ])('is reported for %s with the code of its cause', async (_, origins, code) => {
    const app = await start({ origins: origins as () => boolean, authenticationTimeout: '100ms' });
    const refused = app.record('refused');
    await outcome(app, { origin: 'https://a.example' });
    expect(refused).toMatchObject([{ gate: 'connect', code }]);
  });

  it('is not asked about what is no origin', async () => {
    const asked: string[] = [];
    const app = await start({ origins: (origin) => asked.push(origin) > 0 });
    for (const origin of ['null', '', 'a.example', 'https://a.example/', 'https://A.example', 'https://u@a.example']) {
      expect(await outcome(app, { origin })).toBe('refused');
    }
    expect(asked).toEqual([]);
  });

  it('outlives a client that resets its upgrade while the function decides', async () => {
    const question = new HeldQuestion();
    const app = await start({ origins: question.ask });
    const server = app.nest.getHttpServer() as Server;
    const upgraded = once(server, 'connection') as Promise<Socket[]>;
    const { hostname, port } = new URL(app.url);
    const client = connect(Number(port), hostname);
    client.write(
      [upgradeOf(), `Host: ${hostname}:${port}`, 'Origin: https://a.example', ...UPGRADE, '', ''].join('\r\n'),
    );
    const [socket] = await upgraded;
    await question.asked;
    const closed = new Promise((resolve) => socket.on('close', resolve));
    client.resetAndDestroy();
    await closed;
    question.answer(true);
    expect(await outcome(app, { origin: 'https://a.example' })).toBe('connected');
  });

  it('admits no page to a node that has begun to close meanwhile', async () => {
    const question = new HeldQuestion();
    const app = await start({ origins: question.ask });
    const refused = app.record('refused');
    const late = outcome(app, { origin: 'https://a.example' });
    await question.asked;
    app.nest.get(IRealtimeServer).stopAccepting();
    question.answer(true);
    expect(await late).toBe('refused');
    expect(refused).toMatchObject([{ code: 'FORBIDDEN', reason: 'the node is closing' }]);
  });

  it('holds no more requests than limits.pendingAuthentications', async () => {
    const question = new HeldQuestion();
    const app = await start({ origins: question.ask, limits: { pendingAuthentications: 1 } });
    const first = outcome(app, { origin: 'https://a.example' });
    await question.asked;
    expect(await outcome(app, { origin: 'https://b.example' })).toBe('refused');
    question.answer(true);
    expect(await first).toBe('connected');
  });
});

describe('cookies: false', () => {
  const seen: RealtimeHandshake[] = [];
  class Spy extends IRealtimeAuthenticator {
    async authenticate(handshake: RealtimeHandshake): Promise<RealtimeUser | null> {
      seen.push(handshake);
      return null;
    }
  }

  it('lets any page connect, and shows its cookies to no code', async () => {
    seen.length = 0;
    const app = await boot({ imports: [RealtimeModule.forRoot({ authenticator: Spy, cookies: false })] });
    const headers = { origin: 'https://anywhere.example', cookie: 'session=ann' };
    expect(await outcome(app, headers)).toBe('connected');
    expect(await outcome(app, { cookie: 'session=ann' })).toBe('connected');
    expect(seen.map(({ cookies, headers: { cookie } }) => [{ ...cookies }, cookie])).toEqual([
      [{}, undefined],
      [{}, undefined],
    ]);
  });

  it('keeps to origins where they are given', async () => {
    const app = await start({ cookies: false, origins: ['https://app.example'] });
    expect(await outcome(app, { origin: 'https://app.example' })).toBe('connected');
    expect(await outcome(app, { origin: 'https://other.example' })).toBe('refused');
  });
});

describe('handshake.query', () => {
  it('has the parameters of the URL, and the doctor reports that they are read', async () => {
    const queries: unknown[] = [];
    class Reader extends IRealtimeAuthenticator {
      async authenticate({ query }: RealtimeHandshake): Promise<RealtimeUser | null> {
        queries.push(query);
        return null;
      }
    }
    const app = await boot({ imports: [RealtimeModule.forRoot({ authenticator: Reader })] }, { logger: log });
    const codes = (): string[] => diagnose(app.nest).map(({ code }) => code);
    expect(codes()).not.toContain('QUERY_READ');
    for (let i = 0; i < 2; i++) {
      const client = await Client.connect(app.url, { query: { tenant: 'a b', __proto__x: '1' } });
      client.close();
    }
    expect(queries[0]).toEqual(Object.assign(Object.create(null) as object, { tenant: 'a b', __proto__x: '1' }));
    expect(Object.getPrototypeOf(queries[0])).toBeNull();
    expect(codes()).toContain('QUERY_READ');
    expect(log.lines.filter((line) => line.includes('QUERY_READ'))).toHaveLength(1);
  });
});

describe('limits.connectionsPerUser', () => {
  it("closes the user's oldest connection for a new one, and never keeps more", async () => {
    const app = await start({ limits: { connectionsPerUser: { max: 2, over: 'close-oldest' } } });
    const clients = [await app.connect({ as: 'ann' }), await app.connect({ as: 'ann' })];
    const bob = await app.connect({ as: 'bob' });
    clients.push(await app.connect({ as: 'ann' }));
    expect(await clients[0].next('rt:bye')).toMatchObject([{ code: 'POLICY', reconnect: false }]);
    await clients[0].closed;
    const many = await Promise.all(Array.from({ length: 8 }, () => app.connect({ as: 'ann' })));
    const open = [...clients, ...many].filter(({ socket }) => socket.connected);
    while (app.stats().connections > 3) await app.nextHook('disconnected');
    expect(open.filter(({ socket }) => socket.connected).length).toBeLessThanOrEqual(2);
    expect(app.stats()).toMatchObject({ connections: 3, holdings: { directory: 3 } });
    await bob.settle();
  });

  it('tells a client that it may not return, also if its place is taken before it is established', async () => {
    const both = new Latch();
    let asked = 0;
    class Together extends IRealtimeAuthenticator {
      async authenticate(): Promise<RealtimeUser> {
        if (++asked === 2) both.open();
        await both.opened;
        return { userId: 'ann', roles: [] };
      }
    }
    const limits = { connectionsPerUser: { max: 1, over: 'close-oldest' } } as const;
    const app = await boot({ imports: [RealtimeModule.forRoot({ authenticator: Together, limits })] });
    const clients = await Promise.all([app.connect(), app.connect()]);
    const oldest = await Promise.race(clients.map((client) => client.closed.then(() => client)));
    expect(await oldest.next('rt:bye')).toMatchObject([{ code: 'POLICY', reconnect: false }]);
  });

  it('refuses the new one by default', async () => {
    const app = await start({ limits: { connectionsPerUser: { max: 1 } } });
    await app.connect({ as: 'ann' });
    await expect(app.connect({ as: 'ann' })).rejects.toMatchObject({
      data: { code: 'LIMIT_EXCEEDED', retryable: true, retryAfterMs: 5_000 },
    });
  });
});
