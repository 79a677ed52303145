// How does an honest client behave? A plain Socket.IO client, as any application would use it.
import { once } from 'node:events';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import type { FixtureProcess } from '../fixture/fixture.process.js';
import type { Reply } from './raw-socket.js';

type ClientOptions = Partial<ManagerOptions & SocketOptions>;

export function openClient(fixture: FixtureProcess, options: ClientOptions = {}): Socket {
  return io(fixture.url, {
    path: fixture.path,
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    extraHeaders: { origin: 'http://good.example' },
    ...options,
  });
}

/** Resolves once connected; rejects with the `connect_error`, whose `data` holds the refusal. */
export async function connectClient(fixture: FixtureProcess, options: ClientOptions = {}): Promise<Socket> {
  const socket = openClient(fixture, options);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return socket;
}

/** The code that a refused client gets; the transport's own message where the server sent none. */
export async function refusalOf(fixture: FixtureProcess, options: ClientOptions): Promise<unknown> {
  const socket = openClient(fixture, options);
  try {
    return await new Promise((resolve) => {
      socket.once('connect', () => resolve('connected'));
      socket.once('connect_error', (error: Error & { data?: unknown }) => resolve(error.data ?? error.message));
    });
  } finally {
    socket.disconnect();
  }
}

export function request(socket: Socket, event: string, ...args: unknown[]): Promise<Reply> {
  return socket.timeout(10_000).emitWithAck(event, ...args) as Promise<Reply>;
}

/** Like `request` on `t.auth`. */
export function send(socket: Socket, event: string, payload?: unknown): Promise<Reply> {
  return request(socket, 'rt:message', { channel: 't.auth', event, payload });
}

export async function disconnected(socket: Socket): Promise<void> {
  if (socket.connected) await once(socket as never, 'disconnect');
}
