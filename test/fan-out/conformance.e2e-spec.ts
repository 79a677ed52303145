import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  defineRealtimeChannel,
  IRealtimeBroadcaster,
  IRealtimeConnections,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { io } from 'socket.io-client';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { SocketBook } from '../kit/socket-book.js';
import { BareServer } from './bare-server.js';
import { Member } from './member.js';
import { play, ROOMS, script, type Step } from './script.js';

const roomChannel = defineRealtimeChannel({
  name: 'rooms.{roomId}',
  scope: 'public',
  events: { said: z.any() },
  messages: { play: z.object({ steps: z.array(z.any()) }) },
});

@RealtimeChannel(roomChannel)
class OnPlay {
  constructor(private readonly realtime: IRealtimeBroadcaster) {}

  @RealtimeHandler('play')
  play({ steps }: { steps: Step[] }): void {
    const say = (roomId: string, payload: unknown): void =>
      void this.realtime.broadcast(roomChannel.with({ roomId }), 'said', payload);
    play(steps, say, () => say('end', null));
  }
}

const noteChannel = defineRealtimeChannel({
  name: 'notes',
  scope: 'authenticated',
  events: { noted: z.number() },
  messages: { evict: z.string() },
});

@RealtimeChannel(noteChannel)
class OnEvict {
  constructor(private readonly connections: IRealtimeConnections) {}

  @RealtimeHandler('evict')
  async evict(userId: string, ctx: RealtimeContext<typeof noteChannel>): Promise<void> {
    await ctx.broadcast('noted', 1);
    await this.connections.unsubscribe({ userId }, noteChannel);
    await ctx.broadcast('noted', 2);
  }
}

const limits = { messagesPerSecond: 100_000, messageBurst: 100_000, payloadBytes: 2_000_000, payloadKeys: 10_000 };
const server = (fanOut: 'fast' | 'stock'): Promise<TestApp> =>
  boot({
    imports: [RealtimeModule.forRoot({ limits, fanOut, guards: { connect: [SocketBook] } })],
    providers: [OnPlay],
  });

/** Which member is in which rooms; the first member plays the scripts. */
const MEMBERSHIPS = [['a', 'b', 'c'], ['a'], ['b', 'a'], ['c'], []].map((rooms) => [...rooms, 'end']);

describe('fan-out, frame for frame', () => {
  let servers: { stop(): Promise<void>; url: string }[] = [];
  let audiences: Member[][] = [];

  beforeAll(async () => {
    const bare = await BareServer.start();
    const apps = [await server('fast'), await server('stock')];
    servers = [bare, ...apps.map((app) => ({ url: app.url, stop: () => app.close() }))];
    audiences = await Promise.all(
      servers.map(({ url }) => Promise.all(MEMBERSHIPS.map((rooms) => Member.join(url, rooms)))),
    );
  });
  afterAll(async () => {
    for (const member of audiences.flat()) member.leave();
    await Promise.all(servers.map((each) => each.stop()));
  });

  it('sends every member what stock Socket.IO sends, for any turn of the event loop', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (steps) => {
        await Promise.all(
          audiences.map(async (members) => {
            await members[0].request('rt:message', { channel: 'rooms.a', event: 'play', payload: { steps } });
            await Promise.all(members.map((member) => member.ended()));
          }),
        );
        const [bare, fast, stock] = audiences.map((members) => members.map(({ frames }) => frames.splice(0)));
        expect(fast).toEqual(bare);
        expect(stock).toEqual(bare);
      }),
      { numRuns: 150 },
    );
  });

  it('covers rooms that share members, and members of several rooms', () => {
    expect(MEMBERSHIPS.filter((rooms) => rooms.length > 2)).toHaveLength(2);
    expect(new Set(MEMBERSHIPS.flat())).toEqual(new Set([...ROOMS, 'end']));
  });
});

describe('fan-out', () => {
  afterEach(closeApps);

  it('sends a member what was broadcast before its eviction in the same turn, and nothing after it', async () => {
    const app = await boot({ imports: [RealtimeModule.forRoot({ authenticator: KnownUsers })], providers: [OnEvict] });
    const [ann, bob] = await Promise.all([app.connect({ as: 'ann' }), app.connect({ as: 'bob' })]);
    await Promise.all([ann.subscribe('notes'), bob.subscribe('notes')]);
    const evicted = bob.next('rt:evicted');
    await ann.request('rt:message', { channel: 'notes', event: 'evict', payload: 'bob' });
    await evicted;
    await Promise.all([ann.settle(), bob.settle()]);
    expect(ann.events.map(({ payload }) => payload)).toEqual([1, 2]);
    expect(bob.log.filter((line) => line.includes('notes') || line === 'rt:evicted')).toEqual([
      'event notes noted',
      'rt:evicted',
    ]);
  });

  it('serves polling, WebSocket and upgrading clients in one room, each in order and once', async () => {
    const app = await boot({
      imports: [RealtimeModule.forRoot({ limits, transports: ['polling', 'websocket'] })],
      providers: [OnPlay],
    });
    const count = 300;
    const clients = [['polling'], ['websocket'], ['polling', 'websocket']].map((transports) =>
      io(app.url, { path: '/realtime', transports, forceNew: true }),
    );
    const received = clients.map((client) => {
      const numbers: unknown[] = [];
      const all = new Promise<unknown[]>((resolve) => {
        client.on('rt:event', (_channel: string, _event: string, n: unknown) => {
          numbers.push(n);
          if (numbers.length === count) resolve(numbers);
        });
      });
      return all;
    });
    for (const client of clients) await client.emitWithAck('rt:subscribe', { channel: 'rooms.a' });
    // The third client upgrades meanwhile.
    for (let n = 0; n < count; n++) {
      await app.broadcast(roomChannel.with({ roomId: 'a' }), 'said', n);
      if (n % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const expected = Array.from({ length: count }, (_, n) => n);
    expect(await Promise.all(received)).toEqual([expected, expected, expected]);
    expect(clients[2].io.engine.transport.name).toBe('websocket');
    for (const client of clients) client.disconnect();
  });

  it('falls back to the stock path where ws or engine.io has changed its shape, and says so', async () => {
    const app = await server('fast');
    const member = await app.connect();
    await member.subscribe('rooms.a');
    expect(app.stats().fanOut).toBe('fast');
    const { engine } = SocketBook.sockets.at(-1)!.nsp.server;
    engine.prependOnceListener('connection', ({ transport }: { transport: { socket: WebSocket } }) => {
      Object.defineProperty(transport.socket, 'extensions', { value: undefined });
    });
    const odd = await app.connect();
    await odd.subscribe('rooms.a');
    expect(app.stats().fanOut).toBe('stock');
    await app.broadcast(roomChannel.with({ roomId: 'a' }), 'said', 'still here');
    await Promise.all([member.settle(), odd.settle()]);
    for (const { events } of [member, odd]) expect(events.map(({ payload }) => payload)).toEqual(['still here']);
  });
});
