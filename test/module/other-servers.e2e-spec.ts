// Do other WebSocket servers live beside us on one HTTP server?
import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import websocketPlugin from '@fastify/websocket';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { buildSchema } from 'graphql';
import { createClient } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { RealtimeModule } from 'nestjs-realtime';
import { WebSocket, WebSocketServer } from 'ws';
import { boot, closeApps, HTTP_ADAPTERS, type TestApp } from '../kit/boot.js';
import { answerTo, UPGRADE } from '../kit/raw-http.js';
import { RawSocket } from '../kit/raw-socket.js';

const MODULE = { imports: [RealtimeModule.forRoot()] };
const schema = buildSchema('type Query { hello: String } type Subscription { ticks: Int }');

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await closeApps();
});

async function* ticks(): AsyncGenerator<{ ticks: number }> {
  for (const n of [1, 2, 3]) yield await Promise.resolve({ ticks: n });
}

function serveGraphql(server: HttpServer, path?: string): void {
  const sockets = new WebSocketServer({ server, ...(path !== undefined && { path }) });
  const disposable = useServer({ schema, roots: { subscription: { ticks } } }, sockets);
  closers.push(() => disposable.dispose());
}

async function subscribeTo(app: TestApp, path: string): Promise<unknown[]> {
  const client = createClient({
    url: `${app.url.replace('http', 'ws')}${path}`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  closers.push(() => client.dispose());
  const results: unknown[] = [];
  for await (const { data } of client.iterate({ query: 'subscription { ticks }' })) results.push(data);
  return results;
}

async function expectRealtime(app: TestApp): Promise<void> {
  const client = await app.connect();
  await client.settle();
  expect(client.log).toContain('rt:welcome');
}

const httpServerOf = (app: INestApplication): HttpServer => app.getHttpServer() as HttpServer;

describe.each(HTTP_ADAPTERS)('graphql-ws beside us, on %s', (http) => {
  const expected = [1, 2, 3].map((n) => ({ ticks: n }));

  it.each([
    ['/graphql', 'before we are there', (app: INestApplication, serve: () => void) => serve()],
    ['/graphql', 'once the application listens', null],
    ['/realtime/graphql', 'below our path', null],
  ])('answers at %s, started %s', async (...[path, , prepare]) => {
    const app = await boot(MODULE, {
      http,
      prepare: (nest) => prepare?.(nest, () => serveGraphql(httpServerOf(nest), path)),
    });
    if (prepare === null) serveGraphql(httpServerOf(app.nest), path);
    await expectRealtime(app);
    expect(await subscribeTo(app, path)).toEqual(expected);
    await expectRealtime(app);
  });

  it('and a WebSocket server for every path leave ours to us', async () => {
    const app = await boot(MODULE, { http });
    serveGraphql(httpServerOf(app.nest));
    await expectRealtime(app);
    expect(await subscribeTo(app, '/anywhere')).toEqual(expected);
  });

  it('may take longer than a second to answer an upgrade', async () => {
    const app = await boot(MODULE, { http });
    const sockets = new WebSocketServer({ noServer: true });
    httpServerOf(app.nest).on('upgrade', (request, socket, head) => {
      void setTimeout(1_500).then(() => sockets.handleUpgrade(request, socket, head, (ws) => ws.send('late')));
    });
    const late = new WebSocket(`${app.url.replace('http', 'ws')}/late`);
    closers.push(() => late.terminate());
    const [message] = (await once(late, 'message')) as [Buffer];
    expect(message.toString()).toBe('late');
  });

  it.each(['/nowhere', '/realtimes/', '/realtime', '/realtime/below'])(
    'an upgrade that no server takes is answered at once: %s',
    async (path) => {
      const app = await boot(MODULE, { http });
      expect(await answerTo(app.url, [`GET ${path} HTTP/1.1`, 'Host: localhost', ...UPGRADE])).toMatchObject({
        status: 404,
      });
    },
  );
});

describe('@fastify/websocket beside us', () => {
  it('answers on its routes, and its 404 goes to no client of ours', async () => {
    const register = (nest: INestApplication): void => {
      const fastify = (nest as NestFastifyApplication).getHttpAdapter().getInstance();
      void fastify.register(websocketPlugin);
      void fastify.register((scope, _options, done) => {
        scope.get('/echo', { websocket: true }, (socket) => {
          socket.on('message', (data) => socket.send(Buffer.concat([Buffer.from('echo '), data as Buffer])));
        });
        done();
      });
    };
    const app = await boot(MODULE, { http: 'fastify', prepare: register });
    const echo = new WebSocket(`${app.url.replace('http', 'ws')}/echo`);
    closers.push(() => echo.terminate());
    await once(echo, 'open');
    await expectRealtime(app);
    const raw = await RawSocket.open(app.url);
    echo.send('hello');
    const [message] = (await once(echo, 'message')) as [Buffer];
    expect(message.toString()).toBe('echo hello');
    raw.close();
    const [error] = (await once(new WebSocket(`${app.url.replace('http', 'ws')}/nowhere`), 'error')) as [Error];
    expect(error.message).toContain('404');
    await expectRealtime(app);
  });
});
