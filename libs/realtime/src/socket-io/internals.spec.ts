import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Socket as EngineSocket } from 'engine.io';
import { Server } from 'socket.io';
import { io as client, type Socket as ClientSocket } from 'socket.io-client';
import type { RefusalLog } from '../guards/refusal.log.js';
import { resolveOptions } from '../realtime.settings.js';
import { engineOptions } from './intake/engine.options.js';
import { meteringFault } from './intake/packet-meter.js';
import { requestIntake } from './intake/request-intake.js';
import { RequestCheck } from './intake/request.check.js';
import { TransportLink } from './intake/transport-link.js';
import {
  connectingSockets,
  connectionFault,
  dropUnread,
  type EngineServerInternals,
  fastPathFault,
  queryOf,
} from './internals.js';
import { demandSocketIO, serverFaults } from './socket-io-probe.js';

const settings = resolveOptions({ transports: ['polling', 'websocket'] });
const meter = { takesMessage: () => true, takesPing: () => false, takesPong: () => {} };

/** The same object, as if it had no such property; for `a.b`, as if its `a` had no `b`. */
function without<Target extends object>(target: Target, path: string): Target {
  const [key, ...rest] = path.split('.');
  return new Proxy(target, {
    get(_target, asked) {
      const value = target[asked as keyof Target] as unknown;
      if (asked !== key) return value;
      return rest.length === 0 ? undefined : without(value as object, rest.join('.'));
    },
    has: (_target, asked) => (asked !== key || rest.length > 0) && Reflect.has(target, asked),
  });
}

/** The same object with another `key`. */
function withPart<Target extends object>(target: Target, key: keyof Target, value: unknown): Target {
  return new Proxy(target, { get: (_target, asked) => (asked === key ? value : target[asked as keyof Target]) });
}

describe('the internals of Socket.IO, Engine.IO and ws', () => {
  let http: HttpServer;
  let io: Server;
  let clients: ClientSocket[];
  const conns = new Map<string, EngineSocket>();

  beforeAll(async () => {
    http = createServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    io = new Server(
      http,
      engineOptions(settings, () => true, meter),
    );
    const { port } = http.address() as AddressInfo;
    clients = ['websocket', 'polling'].map((transport) =>
      client(`http://127.0.0.1:${port}`, { path: '/realtime', transports: [transport], forceNew: true }),
    );
    for (const _client of clients) {
      const [{ conn }] = (await once(io, 'connection')) as [{ conn: EngineSocket }];
      conns.set(conn.transport.name, conn);
    }
  });
  afterAll(async () => {
    for (const each of clients) each.disconnect();
    await io.close();
  });

  it('are where we look for them', () => {
    expect(serverFaults(io, true)).toEqual([]);
    expect(() => demandSocketIO(io, true)).not.toThrow();
    expect([...conns.keys()].sort()).toEqual(['polling', 'websocket']);
    for (const conn of conns.values()) {
      expect(connectionFault(conn)).toBeNull();
      expect(meteringFault(conn.transport)).toBeNull();
    }
    expect(fastPathFault(conns.get('websocket')!)).toBeNull();
    expect(connectingSockets(io.sockets)).toBe(0);
  });

  it.each([
    ['_nsps', '_nsps'],
    ['parentNsps', 'parentNsps'],
    ['sockets.adapter.rooms', 'rooms'],
    ['sockets.adapter.socketRooms', 'socketRooms'],
    ['engine.prepare', '_query'],
    ['engine.createTransport', 'onData'],
  ])('reject the boot without %s', (path, named) => {
    const changed = without(io, path);
    expect(serverFaults(changed, true)).toEqual([expect.stringContaining(named)]);
    expect(() => demandSocketIO(changed, true)).toThrow(named);
  });

  it.each(['onData', 'onPacket'])('reject the boot where a polling transport has no %s', (method) => {
    const engine = io.engine as unknown as EngineServerInternals;
    const createTransport: EngineServerInternals['createTransport'] = (name, request) =>
      without(engine.createTransport(name, request), method);
    const changed = withPart(io, 'engine', withPart(engine, 'createTransport', createTransport));
    expect(serverFaults(changed, true)).toEqual([expect.stringContaining('polling')]);
    expect(serverFaults(changed, false)).toEqual([]);
  });

  it.each([
    ['websocket', 'readyState', 'no readyState'],
    ['websocket', 'upgrading', 'whether it is upgrading'],
    ['websocket', 'writeBuffer', 'no array writeBuffer'],
    ['websocket', 'transport', 'no transport'],
    ['websocket', 'transport.name', 'no transport with a name'],
    ['websocket', 'transport.socket', 'no network socket'],
    ['websocket', 'transport.socket._socket', 'no network socket _socket'],
    ['websocket', 'transport.socket._socket.writableLength', 'no network socket _socket'],
    ['websocket', 'transport.socket._receiver', 'no array _buffers'],
    ['websocket', 'transport.socket._receiver._buffers', 'no array _buffers'],
    ['websocket', 'transport.socket._receiver._bufferedBytes', 'no _bufferedBytes'],
    ['polling', 'readyState', 'no readyState'],
    ['polling', 'upgrading', 'whether it is upgrading'],
    ['polling', 'writeBuffer', 'no array writeBuffer'],
    ['polling', 'transport', 'no transport'],
    ['polling', 'transport.name', 'no transport with a name'],
    ['polling', 'transport.onData', 'no onData()'],
    ['polling', 'transport.onPacket', 'no onPacket()'],
  ])('end a %s connection without %s', (transport, path, fault) => {
    expect(connectionFault(without(conns.get(transport)!, path))).toContain(fault);
  });

  it('end a connection whose WebSocket is not metered', () => {
    expect(meteringFault(without(conns.get('websocket')!, 'transport.socket').transport)).toContain('wsEngine');
  });

  it.each([
    'transport.socket',
    'transport.socket.readyState',
    'transport.socket.extensions',
    'transport.socket._socket',
    'transport.socket._socket.write',
    'transport.socket._socket.cork',
  ])('keep frames off the fast path without %s', (path) => {
    expect(fastPathFault(without(conns.get('websocket')!, path))).toContain('ws: ');
  });

  it('leave the sockets that connect uncounted without _preConnectSockets', () => {
    expect(connectingSockets(without(io.sockets, '_preConnectSockets'))).toBeNull();
  });

  it('hand events on by onAny() without onevent()', async () => {
    const [socket] = io.sockets.sockets.values();
    const taken: unknown[] = [];
    const takeRequests = requestIntake((connection, event, args, acknowledge) => {
      taken.push([connection, event, args]);
      acknowledge?.('answer');
    });
    const link = TransportLink.of(socket.conn) ?? new TransportLink(settings.limits);
    link.attach(socket.conn);
    link.connection = 'its connection' as never;
    takeRequests(without(socket, 'onevent'));
    const asking = clients.find(({ id }) => id === socket.id)!;
    expect(await asking.emitWithAck('ask', 1, 2)).toBe('answer');
    expect(taken).toEqual([['its connection', 'ask', [1, 2]]]);
  });

  it('are left alone where a receiver keeps what it has read elsewhere', () => {
    const receiver = { _bufferedBytes: 3 };
    dropUnread({ _receiver: receiver as never });
    expect(receiver).toEqual({ _bufferedBytes: 3 });
  });
});

describe('a request whose query Engine.IO keeps elsewhere', () => {
  const request = { url: '/realtime/?EIO=4&sid=x', headers: {}, rawHeaders: [] } as unknown as IncomingMessage;
  const check = new RequestCheck(settings, { record: () => undefined } as unknown as RefusalLog, () => true);
  const passes = (asked: IncomingMessage): Promise<unknown> =>
    new Promise((resolve) => check.middleware(asked, null as never, resolve));

  it('is refused, as a handshake and within a session', async () => {
    expect(queryOf(request)).toBeNull();
    expect(check.allows(request)).toBe(false);
    expect(await passes(request)).toBeInstanceOf(Error);
    expect(await passes(Object.assign(Object.create(request) as IncomingMessage, { _query: {} }))).toBeUndefined();
  });

  it('upgrades to no WebSocket', () => {
    const { wsEngine } = engineOptions(resolveOptions(), () => true, meter) as {
      wsEngine: new (options: object) => { shouldHandle(asked: object): boolean; close(): void };
    };
    const server = new wsEngine({ noServer: true });
    expect(server.shouldHandle(request)).toBe(false);
    expect(server.shouldHandle({ _query: { sid: 'x' } })).toBe(false);
    expect(server.shouldHandle({ _query: {} })).toBe(true);
    server.close();
  });
});
