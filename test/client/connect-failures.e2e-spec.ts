// Why does a client of Node not connect? Every way has its own code, and its message names the address, the Origin and what was answered.
import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { Agent } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  createRealtimeClient,
  type RealtimeClient,
  type RealtimeClientOptions,
  type RealtimeError,
} from '@nestjs-realtime/client';
import { RealtimeModule, type RealtimeSettings } from 'nestjs-realtime';
import { Server as SocketIo } from 'socket.io';
import { WebSocketServer } from 'ws';
import { reached } from '../../libs/client/test/reached.js';
import { boot, type BootOptions, closeApps, type TestApp } from '../kit/boot.js';
import { freePort } from '../kit/free-port.js';
import { KnownUsers } from '../kit/known-users.js';
import { TLS } from '../kit/tls.js';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await closeApps();
});

function client(options: RealtimeClientOptions): RealtimeClient {
  const made = createRealtimeClient(options);
  closing.push(() => made.close());
  return made;
}

/** Why the first attempt fails; the client tries again. */
async function failure(options: RealtimeClientOptions): Promise<RealtimeError> {
  const { reason } = await reached(client(options), 'reconnecting');
  expect(reason.retryable).toBe(true);
  return reason;
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that does this with each connection. */
function tcp(act: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    act(socket);
  });
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return listen(server);
}

/** A server that answers every request with these bytes. */
const answering = (bytes: string): Promise<string> => tcp((socket) => socket.once('data', () => socket.end(bytes)));
const withStatus = (status: number): Promise<string> =>
  answering(`HTTP/1.1 ${status} Because\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>`);

const start = (settings: RealtimeSettings = {}, options?: BootOptions): Promise<TestApp> =>
  boot({ imports: [RealtimeModule.forRoot({ authenticator: KnownUsers, ...settings })] }, options);

describe.each<['websocket' | 'polling']>([['websocket'], ['polling']])(
  'a connection over %s that fails',
  (transport) => {
    const transports = [transport];

    it.each([
      [404, 'NOT_FOUND'],
      [403, 'ORIGIN_REFUSED'],
      [500, 'BAD_GATEWAY'],
      [502, 'BAD_GATEWAY'],
      [503, 'BAD_GATEWAY'],
      [504, 'BAD_GATEWAY'],
      [200, 'PROTOCOL_MISMATCH'],
      [301, 'HANDSHAKE_REFUSED'],
      [401, 'HANDSHAKE_REFUSED'],
      [426, 'HANDSHAKE_REFUSED'],
      [429, 'HANDSHAKE_REFUSED'],
    ])('says what the status %d means, and where', async (status, code) => {
      const url = await withStatus(status);
      const reason = await failure({ url, transports, path: '/live' });
      expect(reason).toMatchObject({ code, message: expect.stringContaining(`Cannot connect to ${url}/live: `) });
      // The body of a status that is no failure is what tells that it is another server.
      if (status !== 200 || transport === 'websocket') expect(reason.message).toContain(String(status));
    });

    it('says that nothing is at its path', async () => {
      const { url } = await start({ transports });
      expect(await failure({ url, transports, path: '/real-time' })).toMatchObject({
        code: 'NOT_FOUND',
        message: `Cannot connect to ${url}/real-time: nothing is at this path. 404`,
      });
    });

    it('names the Origin that the server refuses', async () => {
      const { url } = await start({ transports, origins: ['https://app.example'] });
      const reason = await failure({ url, transports, headers: { Origin: 'https://other.example' } });
      expect(reason).toMatchObject({
        code: 'ORIGIN_REFUSED',
        message: expect.stringContaining('the server refuses the Origin https://other.example, its log says'),
      });
    });

    it('says that no server listens', async () => {
      const url = `http://127.0.0.1:${await freePort()}`;
      expect(await failure({ url, transports })).toMatchObject({
        code: 'CONNECTION_REFUSED',
        message: `Cannot connect to ${url}/realtime: nothing listens at this port. ECONNREFUSED`,
      });
    });

    it('says that the name is unknown', async () => {
      expect(await failure({ url: 'http://nowhere.invalid', transports })).toMatchObject({
        code: 'DNS_FAILED',
        message: expect.stringMatching(/^Cannot connect to http:\/\/nowhere.invalid\/realtime: the name is unknown. E/),
      });
    });

    it('says that the certificate is not trusted, and takes an agent that trusts it', async () => {
      const { url } = await start({ transports }, { https: TLS });
      expect(await failure({ url, transports })).toMatchObject({
        code: 'TLS_FAILED',
        message: expect.stringMatching(/unknown certificate.* \w*SIGN/),
      });
      const trusting = client({ url, transports, agent: new Agent({ ca: TLS.cert }) });
      await trusting.ready();
      const careless = client({ url, transports, agent: new Agent({ rejectUnauthorized: false }) });
      await careless.ready();
    });

    it('says that one side does not speak TLS', async () => {
      const { url } = await start({ transports });
      expect(await failure({ url: url.replace('http', 'https'), transports })).toMatchObject({ code: 'TLS_FAILED' });
    });

    it.each(['0', '0null', '0{', '', 'OK', '0{"sid":1}', '{"message":"x"}'])(
      'says that what answers is another server, with the body %j',
      async (body) => {
        const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close`;
        const url = await answering(`${head}\r\n\r\n${body}`);
        expect(await failure({ url, transports })).toMatchObject({ code: 'PROTOCOL_MISMATCH' });
      },
    );

    it.each([
      ['a mail server', '220 mail.example ESMTP\r\n'],
      ['bytes', '\u0000\u0001\u0002'],
    ])('says that what answers is another server: %s', async (_what, bytes) => {
      const url = await answering(bytes);
      expect(await failure({ url, transports })).toMatchObject({ code: 'PROTOCOL_MISMATCH' });
    });

    it('has a list of what to look at where there is no answer', async () => {
      const url = await tcp((socket) => socket.destroy());
      expect(await failure({ url, transports })).toMatchObject({
        code: 'UNREACHABLE',
        message: `Cannot connect to ${url}/realtime: no answer, check server, url, certificate, Content-Security-Policy, firewalls. ECONNRESET`,
      });
    });

    it('says where nothing answers in time', async () => {
      const url = await tcp(() => undefined);
      expect(await failure({ url, transports, connectTimeout: 200 })).toMatchObject({
        code: 'TIMEOUT',
        message: `No answer from ${url}/realtime in time.`,
      });
    });

    it('says that the server is a Socket.IO server without us', async () => {
      const http = createHttp();
      const other = new SocketIo(http, { path: '/realtime' });
      closing.push(() => other.close());
      const url = await listen(http);
      expect(await failure({ url, transports, connectTimeout: 300 })).toMatchObject({ code: 'PROTOCOL_MISMATCH' });
      other.use((_socket, next) => next(new Error('not authorized')));
      expect(await failure({ url, transports })).toMatchObject({ code: 'PROTOCOL_MISMATCH' });
    });
  },
);

describe('a connection that fails', () => {
  it.each([
    ['of Socket.IO 2', ['0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000}', '40']],
    ['that says something else', ['hello']],
    ['that says nothing of use', ['0']],
    ['that says null', ['0null']],
    ['that says half a handshake', ['0{"sid":']],
    ['that says what no JSON is', ['0hello']],
    ['that says nothing', []],
  ])('says that it met a WebSocket server %s', async (_what, frames) => {
    const http = createHttp();
    const webSockets = new WebSocketServer({ server: http });
    webSockets.on('connection', (socket) => {
      for (const frame of frames) socket.send(frame);
    });
    closing.push(() => {
      for (const socket of webSockets.clients) socket.terminate();
      http.close();
    });
    const url = await listen(http);
    expect(await failure({ url, connectTimeout: 500 })).toMatchObject({
      code: 'PROTOCOL_MISMATCH',
      message: expect.stringContaining('what answers is not nestjs-realtime'),
    });
  });

  it.each([302, 303, 307])('is no reason to go where a redirect leads: %d', async (status) => {
    const url = await withStatus(status);
    expect(await failure({ url, headers: { cookie: 'session=ann' } })).toMatchObject({ code: 'HANDSHAKE_REFUSED' });
  });

  it('says that the server does not allow polling', async () => {
    const { url } = await start();
    expect(await failure({ url, transports: ['polling'] })).toMatchObject({
      code: 'HANDSHAKE_REFUSED',
      message: expect.stringMatching(/transports. 400 Transport unknown$/),
    });
  });

  it('is noticed where no WebSocket can be made', async () => {
    const { url } = await start();
    expect(await failure({ url, headers: { 'x-a': 'a\nb' }, connectTimeout: '10m' })).toMatchObject({
      code: 'UNREACHABLE',
    });
  });

  it('heals by itself: a proxy answers anything while a server is replaced', async () => {
    const { url } = await start();
    const { port } = new URL(url);
    const status = [404, 200, 502, 403];
    const proxy = await tcp((near) => {
      const next = status.shift();
      if (next) return void near.once('data', () => near.end(`HTTP/1.1 ${next} x\r\nContent-Length: 0\r\n\r\n`));
      const far = new (near.constructor as typeof Socket)();
      far.on('error', () => undefined).connect(Number(port), '127.0.0.1');
      near.pipe(far).pipe(near);
    });
    const codes: string[] = [];
    const patient = client({ url: proxy, retryDelay: 1 });
    patient.onStatus((now) => 'reason' in now && codes.push(now.reason.code));
    await patient.ready();
    expect(codes).toEqual(['NOT_FOUND', 'PROTOCOL_MISMATCH', 'BAD_GATEWAY', 'ORIGIN_REFUSED']);
  });
});
