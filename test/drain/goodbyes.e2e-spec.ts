// Does a stock Socket.IO client do what the goodbye asks of it? It comes back where it may, and stays away where it may not.
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { IRealtimeConnections, RealtimeModule, defineRealtimeChannel } from 'nestjs-realtime';
import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';

const rows = defineRealtimeChannel({ name: 'rows', scope: 'public', payload: z.string() });

const TRANSPORTS = [['websocket'], ['polling']] as const;

describe.each(TRANSPORTS)('over %s', (transport) => {
  let app: TestApp;
  let socket: Socket;

  const start = async (options: object = {}): Promise<void> => {
    app = await boot({
      imports: [
        RealtimeModule.forRoot({ authenticator: KnownUsers, transports: ['websocket', 'polling'], ...options }),
        RealtimeModule.forFeature([rows]),
      ],
    });
    socket = io(app.url, {
      path: '/realtime',
      transports: [transport],
      auth: { token: 'ann' },
      forceNew: true,
      reconnectionDelay: 10_000,
    });
    socket.on('rt:bye', (frame) => byes.push(frame));
    await once(socket as never, 'rt:welcome');
  };
  const byes: unknown[] = [];

  /** Resolves with the notices before the end, and whether the client comes back by itself. */
  const end = async (): Promise<{ byes: unknown[]; comesBack: boolean }> => {
    await once(socket as never, 'disconnect');
    return { byes: byes.splice(0), comesBack: socket.active };
  };

  afterEach(async () => {
    socket.disconnect();
    await closeApps();
  });

  it('a client comes back after the drain of its node', async () => {
    await start();
    const ended = end();
    await app.close();
    const { byes: notices, comesBack } = await ended;
    expect(comesBack).toBe(true);
    // A client between two polls does not hear the notice.
    if (notices.length > 0 || transport === 'websocket') {
      expect(notices).toEqual([{ code: 'SHUTDOWN', reconnect: true, retryAfterMs: expect.any(Number) }]);
    }
  });

  it('a client stays away that has lost its rights', async () => {
    await start();
    const ended = end();
    await app.nest.get(IRealtimeConnections).disconnect({ userId: 'ann' });
    expect(await ended).toEqual({ byes: [{ code: 'REVOKED', reconnect: false }], comesBack: false });
  });

  it('a client stays away that has sent too much', async () => {
    await start({ limits: { packetsPerSecond: 20 } });
    const ended = end();
    for (let i = 0; i < 100; i++) socket.emit('rt:unknown');
    expect(await ended).toEqual({ byes: [{ code: 'POLICY', reconnect: false }], comesBack: false });
  });

  it('a client stays away for which a newer connection has no room', async () => {
    await start({ limits: { connectionsPerUser: { max: 1, over: 'close-oldest' } } });
    const ended = end();
    const newer = await app.connect({ as: 'ann' });
    expect(await ended).toEqual({ byes: [{ code: 'POLICY', reconnect: false }], comesBack: false });
    expect(newer.socket.connected).toBe(true);
  });

  it('a client whose rights end during a drain stays away', async () => {
    await start();
    const ended = end();
    const closed = app.close();
    await app.nest.get(IRealtimeConnections).disconnect({ userId: 'ann' });
    await closed;
    const { byes: notices, comesBack } = await ended;
    expect(comesBack).toBe((notices.at(-1) as { reconnect: boolean } | undefined)?.reconnect ?? true);
  });
});
