// Does the programmer learn that a page was refused, or that a client looks elsewhere, and what to set?
import { request } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { RealtimeModule, type RealtimeSettings } from 'nestjs-realtime';
import { io } from 'socket.io-client';
import { boot, closeApps, HTTP_ADAPTERS, type TestApp } from '../kit/boot.js';
import { Client } from '../kit/client.js';
import { KnownUsers } from '../kit/known-users.js';
import { LogBook } from '../kit/log-book.js';
import { answerTo, UPGRADE, upgradeOf } from '../kit/raw-http.js';
import { until } from '../kit/until.js';

const logs = new LogBook();
const warnings = (): string[] => logs.lines.filter((line) => line.startsWith('warn '));

afterEach(async () => {
  logs.lines.length = 0;
  await closeApps();
});

@WebSocketGateway({ path: '/other' })
class OtherGateway {
  @SubscribeMessage('ping')
  ping(): string {
    return 'pong';
  }
}

const start = (settings: RealtimeSettings = {}, http: (typeof HTTP_ADAPTERS)[number] = 'express'): Promise<TestApp> =>
  boot(
    { imports: [RealtimeModule.forRoot({ authenticator: KnownUsers, ...settings })], providers: [OtherGateway] },
    { http, logger: logs },
  );
const visit = (app: TestApp, headers: Record<string, string>): Promise<unknown> =>
  Client.connect(app.url, { headers }).then(
    (client) => client.close(),
    () => undefined,
  );

describe('a page that is refused', () => {
  it('is one warning for each origin, with the option that admits it', async () => {
    const app = await start({ origins: ['https://listed.example'] });
    for (let n = 0; n < 3; n++) {
      for (const origin of ['https://one.example', 'https://two.example', 'https://listed.example'])
        await visit(app, { origin });
    }
    const line = (origin: string) =>
      `warn A page of the origin "${origin}" was refused: foreign origin; if the page is yours, add its origin to origins of RealtimeModule.forRoot() Realtime`;
    expect(warnings()).toEqual([line('https://one.example'), line('https://two.example')]);
  });

  it.each<[string, RealtimeSettings, (app: TestApp) => Record<string, string>, RegExp]>([
    [
      'its own, which is not listed',
      { origins: [] },
      () => ({ origin: 'http://app.test', host: 'app.test' }),
      /add 'self' to origins/,
    ],
    [
      'under another scheme',
      { hosts: ['app.test'] },
      () => ({ origin: 'https://app.test', host: 'app.test' }),
      /"https:.*set trustProxy: true/,
    ],
    [
      'of a strange host',
      {},
      () => ({ origin: 'http://app.test', host: 'app.test' }),
      /"http:\/\/app.test".*hosts: \[\.\.\.\]/,
    ],
    ['of a file', {}, () => ({ origin: 'null' }), /"null".*serve the page over HTTP/],
    [
      'of a file, where a function decides',
      { origins: () => true },
      () => ({ origin: 'null' }),
      /"null".*serve the page/,
    ],
    [
      'refused by a function',
      { origins: () => false },
      () => ({ origin: 'https://no.example' }),
      /"https:\/\/no.example".*return true for it/,
    ],
    [
      'a cookie without an origin',
      {},
      () => ({ cookie: 'session=ann' }),
      /without an Origin.*allowMissingOrigin: true/,
    ],
  ])('names the option: %s', async (_what, settings, headers, text) => {
    const app = await start(settings);
    for (let n = 0; n < 2; n++) await visit(app, headers(app));
    expect(warnings()).toEqual([expect.stringMatching(text)]);
  });

  it('cannot flood the log, fill the memory or forge a line', async () => {
    const app = await start();
    const { host } = new URL(app.url);
    const knock = (origin: string) =>
      answerTo(app.url, [upgradeOf(), `Host: ${host}`, `Origin: ${origin}`, ...UPGRADE]);
    await knock(`https://a.example\u009b31m\u0085 ${'x'.repeat(5_000)}`);
    expect(warnings()).toHaveLength(1);
    expect(warnings()[0].length).toBeLessThan(500);
    expect(warnings()[0]).not.toMatch(/\p{Cc}/u);
    for (let n = 0; n < 300; n++) await knock(`https://${n}.evil.example`);
    expect(warnings().length).toBeLessThan(70);
  });
});

describe.each(HTTP_ADAPTERS)('a client with a wrong path, on %s', (http) => {
  const connect = (app: TestApp, path: string, transports: string[]): Promise<unknown> =>
    new Promise((resolve) => {
      const socket = io(app.url, { path, transports, reconnection: false, forceNew: true, timeout: 3_000 });
      const end = (outcome: unknown): void => {
        socket.disconnect();
        resolve(outcome);
      };
      socket.once('connect', () => end('connected'));
      socket.once('connect_error', end);
    });
  const line = (path: string) =>
    `warn A Socket.IO client asks for the path "${path}", which nothing serves: nestjs-realtime is at "/realtime"; set the path option of the client, or RealtimeModule.forRoot({ path }) Realtime`;
  const told = (): string[] => warnings().filter((each) => each.includes('asks for the path'));

  it('is told where we are, once for each path and over each transport', async () => {
    const app = await start({}, http);
    for (let n = 0; n < 2; n++) await connect(app, '/socket.io', ['polling']);
    await connect(app, '/sockets', ['websocket']);
    await until(told, ({ length }) => length === 2);
    expect(told()).toEqual([line('/socket.io/'), line('/sockets/')]);
  });

  it('is not told of clients of another gateway, of us, and of requests that are no Socket.IO', async () => {
    const app = await start({}, http);
    expect(await connect(app, '/other', ['polling', 'websocket'])).toBe('connected');
    expect(await connect(app, '/other', ['websocket'])).toBe('connected');
    expect(await connect(app, '/realtime', ['websocket'])).toBe('connected');
    await fetch(`${app.url}/nowhere`);
    const hostile = new Promise((resolve) => {
      request(`${app.url}/%0a%1b[31m/?EIO=4&transport=polling`, (response) => {
        response.resume();
        response.once('close', resolve);
      }).end();
    });
    await hostile;
    await until(told, ({ length }) => length === 1);
    expect(told()).toEqual([line('/%0a%1b[31m/')]);
  });

  it('is not told in production, where scanners ask for every path', async () => {
    const { NODE_ENV } = process.env;
    process.env.NODE_ENV = 'production';
    try {
      const app = await start({ origins: ['https://app.example'] }, http);
      await connect(app, '/socket.io', ['polling']);
      await fetch(`${app.url}/socket.io/?EIO=4&transport=polling`);
      expect(told()).toEqual([]);
    } finally {
      process.env.NODE_ENV = NODE_ENV;
    }
  });
});
