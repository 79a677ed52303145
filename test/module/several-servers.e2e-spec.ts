// Does realtime work on the HTTP servers that an application makes by itself, as Nest documents it for HTTP beside HTTPS?
import { once } from 'node:events';
import { createServer, type RequestListener, type Server as HttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { RealtimeFault, RealtimeHealthIndicator, RealtimeModule, type RealtimeSettings } from 'nestjs-realtime';
import { IRealtimeServer } from 'nestjs-realtime/adapters';
import { io } from 'socket.io-client';
import { HTTP_ADAPTERS, type HttpAdapterName } from '../kit/boot.js';
import { LogBook } from '../kit/log-book.js';
import { answerTo, UPGRADE } from '../kit/raw-http.js';
import { TLS } from '../kit/tls.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function create(http: HttpAdapterName, settings: RealtimeSettings = {}, logger = new LogBook()) {
  const testing = await Test.createTestingModule({ imports: [RealtimeModule.forRoot(settings)] }).compile();
  const app: INestApplication =
    http === 'fastify'
      ? testing.createNestApplication(new FastifyAdapter(), { logger })
      : testing.createNestApplication({ logger });
  closers.push(() => app.close());
  return { app, realtime: app.get(IRealtimeServer), logger };
}

/** What handles the requests of the application, for a server that is not its own. */
async function handlerOf(app: INestApplication, http: HttpAdapterName): Promise<RequestListener> {
  if (http === 'express') return app.getHttpAdapter().getInstance() as RequestListener;
  const fastify = (app as NestFastifyApplication).getHttpAdapter().getInstance();
  await fastify.ready();
  return (request, response) => fastify.routing(request, response);
}

async function listening(server: HttpServer): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return `${server instanceof createTlsServer().constructor ? 'https' : 'http'}://127.0.0.1:${port}`;
}

/** The name of the first frame that a new client gets. */
async function firstFrame(url: string, transport = 'websocket'): Promise<string> {
  const socket = io(url, {
    path: '/realtime',
    transports: [transport],
    forceNew: true,
    reconnection: false,
    rejectUnauthorized: false,
  });
  closers.push(() => socket.disconnect());
  return new Promise((resolve, reject) => {
    socket.onAny((name: string) => resolve(name));
    socket.once('connect_error', reject);
  });
}

describe.each(HTTP_ADAPTERS)('several HTTP servers, on %s', (http) => {
  it('serve realtime over HTTP and HTTPS, and everything else as before', async () => {
    const { app, realtime } = await create(http, { transports: ['polling', 'websocket'] });
    await app.init();
    const handler = await handlerOf(app, http);
    const plain = createServer(handler);
    const secure = createTlsServer(TLS, handler);
    for (const server of [plain, secure, plain]) realtime.attach(server);
    const urls = [await listening(plain), await listening(secure)];
    for (const url of urls) {
      expect([await firstFrame(url), await firstFrame(url, 'polling')]).toEqual(['rt:welcome', 'rt:welcome']);
      const upgrade = ['GET /elsewhere HTTP/1.1', 'Host: 127.0.0.1', ...UPGRADE];
      expect(await answerTo(url, upgrade)).toMatchObject({ status: 404 });
    }
    expect((await fetch(`${urls[0]}/elsewhere`)).status).toBe(404);
    expect(realtime.stats().connections).toBe(4);
  });

  it('may be attached before the application is initialised, and beside its own', async () => {
    const { app, realtime } = await create(http);
    const further = createServer();
    realtime.attach(further);
    await app.listen(0, '127.0.0.1');
    expect(await firstFrame(await listening(further))).toBe('rt:welcome');
    const { port } = (app.getHttpServer() as HttpServer).address() as AddressInfo;
    expect(await firstFrame(`http://127.0.0.1:${port}`)).toBe('rt:welcome');
  });

  it('are closed until one of them that is attached listens', async () => {
    const { app, realtime } = await create(http);
    const health = app.get(RealtimeHealthIndicator);
    await app.init();
    const states: unknown[] = [];
    const note = async (): Promise<void> => {
      const { realtime: said } = await health.isHealthy();
      states.push([realtime.stats().state, said.state, said.status]);
    };
    await note();
    const handler = await handlerOf(app, http);
    await listening(createServer(handler));
    await note();
    const server = createServer(handler);
    realtime.attach(server);
    await note();
    await listening(server);
    await note();
    await new Promise((resolve) => server.close(resolve));
    await note();
    const closed = ['closed', 'closed', 'down'];
    expect(states).toEqual([closed, closed, closed, ['accepting', 'accepting', 'up'], closed]);
  });
});

describe('an application of which nothing listens', () => {
  const warnings = ({ lines }: LogBook): string[] => lines.filter((line) => line.includes('attach(httpServer)'));
  const others = ['setInterval', 'setImmediate', 'nextTick', 'queueMicrotask', 'Date', 'performance'] as const;
  beforeEach(() => void jest.useFakeTimers({ doNotFake: [...others] }));
  afterEach(() => void jest.useRealTimers());

  it('is told what to do, once', async () => {
    const { app, logger } = await create('express');
    await app.init();
    jest.advanceTimersByTime(10_000);
    expect(warnings(logger)).toEqual([expect.stringMatching(/^warn .*app\.listen\(\.\.\.\)/)]);
  });

  it.each<[string, RealtimeSettings, (app: INestApplication) => Promise<unknown>]>([
    ['listens', {}, (app) => app.listen(0, '127.0.0.1')],
    ['has closed', {}, (app) => app.init().then(() => app.close())],
    ['has no clients by intention', { mode: 'in-memory' }, (app) => app.init()],
  ])('is told nothing where it %s', async (_what, settings, act) => {
    const { app, logger } = await create('express', settings);
    await act(app);
    jest.advanceTimersByTime(10_000);
    expect(warnings(logger)).toEqual([]);
  });
});

describe('attach()', () => {
  it.each([
    ['an Express application', {}],
    ['nothing', undefined],
    ['a port', 3_000],
  ])('refuses %s, and says what it takes', async (_what, value) => {
    const { realtime } = await create('express');
    expect(() => realtime.attach(value as object)).toThrow(RealtimeFault);
    expect(() => realtime.attach(value as object)).toThrow('http.createServer');
  });

  it('leaves a server that goes on without the application as it was', async () => {
    const { app, realtime } = await create('express');
    const shared = createServer((_request, response) => void response.end('still there'));
    realtime.attach(shared);
    await app.init();
    const url = await listening(shared);
    expect((await fetch(`${url}/realtime/?EIO=4`)).status).toBe(400);
    await app.close();
    expect(await (await fetch(`${url}/realtime/?EIO=4`)).text()).toBe('still there');
  });
});
