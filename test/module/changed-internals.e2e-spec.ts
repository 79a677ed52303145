// What if Socket.IO, Engine.IO or ws keeps something elsewhere than we look? docs/socket-io-internals.md.
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Server as EngineServer, type Socket as EngineSocket } from 'engine.io';
import { defineRealtimeChannel, RealtimeFault, RealtimeModule } from 'nestjs-realtime';
import { WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { LogBook } from '../kit/log-book.js';
import { RawSocket } from '../kit/raw-socket.js';
import { SocketBook } from '../kit/socket-book.js';

const news = defineRealtimeChannel({ name: 'news', scope: 'public', payload: z.number() });
const polling = { transports: ['polling', 'websocket'] } as const;

const start = (settings = {}, logger = new LogBook()): Promise<TestApp> =>
  boot(
    {
      imports: [
        RealtimeModule.forRoot({ guards: { connect: [SocketBook] }, ...settings }),
        RealtimeModule.forFeature([news]),
      ],
    },
    { logger },
  );

type Methods = Record<string, (...args: unknown[]) => unknown>;

const socketOf = (transport: unknown): object => (transport as { socket: object }).socket;

/** Changes every transport that Engine.IO accepts from now on, before the library sees it. */
async function changeTransports(app: TestApp, change: (conn: EngineSocket) => void): Promise<void> {
  const first = await app.connect();
  const { engine } = SocketBook.sockets.at(-1)!.nsp.server;
  engine.prependListener('connection', change);
  first.close();
  await app.nextHook('disconnected');
}

describe('a boot', () => {
  afterEach(async () => {
    jest.restoreAllMocks();
    await closeApps();
  });

  it.each([
    ['the query of requests', { target: EngineServer.prototype, method: 'prepare' }, '_query', {}],
    ['the polling transport', { target: EngineServer.prototype, method: 'createTransport' }, 'polling', polling],
    ['the WebSocket of an upgrade', { target: WebSocketServer.prototype, method: 'handleUpgrade' }, 'ws: ', {}],
  ])('is rejected where %s has changed', async (_what, { target, method }, named, settings) => {
    jest.spyOn(target as unknown as Methods, method).mockReturnValue({});
    const booting = start(settings);
    await expect(booting).rejects.toBeInstanceOf(RealtimeFault);
    await expect(booting).rejects.toThrow(named);
  });

  it('goes on without polling where only the polling transport has changed', async () => {
    jest.spyOn(EngineServer.prototype as unknown as Methods, 'createTransport').mockReturnValueOnce({});
    const app = await start();
    expect(app.stats().state).toBe('accepting');
  });
});

describe('a connection', () => {
  afterEach(closeApps);

  it.each<[string, (conn: EngineSocket) => void]>([
    ['Engine.IO does not say whether it is upgrading', (conn) => Object.assign(conn, { upgrading: undefined })],
    ['its WebSocket is not ours', ({ transport }) => Object.setPrototypeOf(socketOf(transport), WebSocket.prototype)],
  ])('is closed where %s, and the log says so once', async (_what, change) => {
    const log = new LogBook();
    const app = await start({}, log);
    await changeTransports(app, change);
    for (let n = 0; n < 2; n++) await (await RawSocket.open(app.url)).closed;
    expect(app.stats()).toMatchObject({ connections: 0, holdings: { transports: 0 } });
    expect(log.errors()).toEqual([expect.stringContaining('Connections are refused')]);
  });
});
