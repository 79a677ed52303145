// What may the application's WebSocket adapter change of our server?
import { afterEach, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WebSocketGateway, WebSocketServer } from '@nestjs/websockets';
import { diagnose, RealtimeModule, type RealtimeSettings } from 'nestjs-realtime';
import { Adapter } from 'socket.io-adapter';
import * as parser from 'socket.io-parser';
import type { Server, ServerOptions } from 'socket.io';
import { WebSocketServer as WsServer } from 'ws';
import { boot, closeApps, type TestApp } from '../kit/boot.js';

type Change = (server: Server) => void;

class ChangingIoAdapter extends IoAdapter {
  options: Record<string, unknown> = {};
  change: Change = () => undefined;

  override createIOServer(port: number, options?: ServerOptions): Server {
    const server = super.createIOServer(port, { ...options, ...this.options } as ServerOptions);
    this.change(server);
    return server;
  }
}

function start(options: Record<string, unknown>, settings: RealtimeSettings = {}, change?: Change): Promise<TestApp> {
  return boot(
    { imports: [RealtimeModule.forRoot(settings)] },
    {
      prepare: (app) => {
        const adapter = new ChangingIoAdapter(app);
        Object.assign(adapter, { options, ...(change && { change }) });
        app.useWebSocketAdapter(adapter);
      },
    },
  );
}

/** What the doctor says of the adapter; the codes of its other findings do not concern it. */
function said(app: TestApp): string[] {
  return diagnose(app.nest).flatMap(({ code, message }) => (code === 'ADAPTER_OPTIONS' ? [message] : []));
}

afterEach(closeApps);

describe('an option of the WebSocket adapter that opens a door', () => {
  const polling: RealtimeSettings = { transports: ['polling'] };
  it.each<[string, Record<string, unknown>, RealtimeSettings?]>([
    ['allowRequest', { allowRequest: (_request: unknown, decide: (...said: unknown[]) => void) => decide(null, true) }],
    ['allowEIO3', { allowEIO3: true }],
    ['connectionStateRecovery', { connectionStateRecovery: {} }],
    ['transports', { transports: ['polling', 'websocket'] }],
    ['transports', { transports: ['websocket', 'webtransport'] }],
    ['transports', { transports: ['polling', 'websocket'] }, polling],
    ['maxHttpBufferSize', { maxHttpBufferSize: 1e6 }],
    ['maxHttpBufferSize', { maxHttpBufferSize: Number.NaN }],
    ['perMessageDeflate', { perMessageDeflate: true }],
    ['perMessageDeflate', { perMessageDeflate: { threshold: 1 } }],
    ['wsEngine', { wsEngine: WsServer }],
    ['parser', { parser }],
  ])('rejects the boot and names it: %s (case %#)', async (...[option, options, settings]) => {
    await expect(start(options, settings)).rejects.toThrow(new RegExp(`createIOServer\\(\\)[^]*${option}: `));
  });

  it('rejects the boot with all of them in one message', async () => {
    const both = start({ allowEIO3: true, perMessageDeflate: true });
    await expect(both).rejects.toThrow(/allowEIO3: [^]*perMessageDeflate: /);
  });

  it('rejects the boot when it is set later, on the server', async () => {
    const late = start({}, {}, ({ engine }) => void ((engine.opts as { allowEIO3: boolean }).allowEIO3 = true));
    await expect(late).rejects.toThrow('allowEIO3: ');
  });

  it.each<[string, Change]>([
    ['one', (server) => void server.of('/admin')],
    ['those that clients name', (server) => void server.of(/^\/tenant-\d+$/)],
  ])('rejects the boot for namespaces: %s', async (_which, change) => {
    await expect(start({}, {}, change)).rejects.toThrow('opens a namespace on the path "/realtime"');
  });
});

describe('an option of the WebSocket adapter that merely differs', () => {
  it.each<[string, Record<string, unknown>, Change?]>([
    ['cors', { cors: { origin: '*' } }],
    ['cookie', { cookie: true }],
    ['serveClient', { serveClient: true }],
    ['httpCompression', { httpCompression: true }],
    ['connectTimeout', { connectTimeout: 45_000 }],
    ['maxHttpBufferSize', { maxHttpBufferSize: 1_000 }],
    ['adapter', { adapter: class extends Adapter {} }],
    ['adapter', {}, (server) => void server.adapter(class extends Adapter {})],
    ["on('connection')", {}, (server) => void server.on('connection', () => undefined)],
  ])('is a finding that names it, and clients connect: %s (case %#)', async (...[name, options, change]) => {
    const app = await start(options, {}, change);
    expect(said(app)).toEqual([expect.stringContaining(`: ${name}.`)]);
    const client = await app.connect();
    await client.settle();
  });

  it('is none where nothing of ours is changed', async () => {
    const app = await start({ pingInterval: 20_000, pingTimeout: 10_000 });
    expect(said(app)).toEqual([]);
  });

  it('lets no page in that realtime refuses, with CORS for all and polling', async () => {
    const settings: RealtimeSettings = { transports: ['polling', 'websocket'], origins: ['https://app.example'] };
    const app = await start({ cors: { origin: true, credentials: true } }, settings);
    const open = `${app.url}/realtime/?EIO=4&transport=polling`;
    const refused = await fetch(open, { headers: { origin: 'https://evil.example', cookie: 'sid=1' } });
    expect(refused.status).toBe(403);
    expect((await fetch(open, { headers: { origin: 'https://app.example' } })).status).toBe(200);
  });
});

describe('a listener of the WebSocket adapter', () => {
  it('is not taken for a gateway, and hears of no client', async () => {
    const heard: unknown[] = [];
    const app = await start({}, {}, (server) => void server.on('connection', (socket) => heard.push(socket.id)));
    const client = await app.connect();
    await client.settle();
    expect(heard).toEqual([]);
  });

  it.each(['/realtime', '/realtime/'])('is told from a gateway on the path %s', async (path) => {
    @WebSocketGateway({ path })
    class Rival {
      @WebSocketServer() server!: Server;
    }
    @Module({ providers: [Rival] })
    class RivalModule {}
    const booting = boot({ imports: [RivalModule, RealtimeModule.forRoot()] });
    await expect(booting).rejects.toThrow(/Another gateway uses the path "\/realtime" .*\(Rival\)/);
  });
});
