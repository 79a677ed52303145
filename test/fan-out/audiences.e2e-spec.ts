// Who gets an event that is for several channels, not for all, or for one? Compared with a model, for any turn of the event loop.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type ChannelAddress,
  defineRealtimeChannel,
  IRealtimeBroadcaster,
  IRealtimeConnections,
  RealtimeChannel,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import type { Client } from '../kit/client.js';
import { KnownUsers } from '../kit/known-users.js';
import { AudienceModel, type Heard, type Move, moves } from './audience-model.js';

const number = z.number();
const roomChannel = defineRealtimeChannel({
  name: 'rooms.{roomId}',
  scope: 'public',
  events: { a: number, b: number },
  messages: { play: z.array(z.any()) },
});
const priceChannel = defineRealtimeChannel({
  name: 'prices.{roomId}',
  scope: 'public',
  events: { a: number, b: number },
  conflate: true,
});

/** Which member is in which rooms, of both kinds; the first member plays the scripts. The users are ann, bob, ann again and nobody. */
const MEMBERS: readonly { readonly as?: string; readonly rooms: readonly string[] }[] = [
  { as: 'ann', rooms: ['1', '2', '3'] },
  { as: 'bob', rooms: ['1', '3'] },
  { as: 'ann', rooms: ['2'] },
  { rooms: ['1', '2'] },
];
/** Connection ids of the members, which the scripts name by number. */
const ids: string[] = [];

@RealtimeChannel(roomChannel)
class OnPlay {
  constructor(
    private readonly realtime: IRealtimeBroadcaster,
    private readonly connections: IRealtimeConnections,
  ) {}

  @RealtimeHandler('play')
  play(script: Move[]): void {
    for (const [index, move] of script.entries()) {
      if (move.kind === 'turn') return void setImmediate(() => this.play(script.slice(index + 1)));
      this.make(move);
    }
    void this.realtime.broadcast(roomChannel.with({ roomId: 'end' }), 'a', 0);
  }

  private make(move: Exclude<Move, { kind: 'turn' }>): void {
    const descriptor = move.conflates ? priceChannel : roomChannel;
    const address = (roomId: string) => descriptor.with({ roomId }) as ChannelAddress<typeof roomChannel>;
    if (move.kind === 'evict') {
      void this.connections.unsubscribe({ connectionId: ids[move.member] }, address(move.rooms[0]));
    } else if (move.kind === 'send') {
      const who = move.toUser === null ? { connectionId: ids[move.member] } : { userId: move.toUser };
      void this.realtime.send(who, address(move.rooms[0]), move.event, move.n);
    } else {
      const except = [
        ...move.except.map((member) => ({ connectionId: ids[member] })),
        ...(move.exceptUser === null ? [] : [{ userId: move.exceptUser }]),
        { connectionId: 'no such connection' },
      ];
      void this.realtime.broadcast(move.rooms.map(address), move.event, move.n, { except });
    }
  }
}

describe.each(['fast', 'stock'] as const)('the %s path', (fanOut) => {
  let app: TestApp;
  let clients: Client[];

  beforeAll(async () => {
    const limits = { messagesPerSecond: 100_000, messageBurst: 100_000 };
    const realtime = RealtimeModule.forRoot({ fanOut, limits, authenticator: KnownUsers });
    app = await boot({ imports: [realtime, RealtimeModule.forFeature([priceChannel])], providers: [OnPlay] });
    clients = await Promise.all(MEMBERS.map(({ as }) => app.connect({ as })));
    ids.splice(0, ids.length, ...clients.map(({ socket }) => socket.id!));
  });
  afterAll(closeApps);

  const join = async (): Promise<void> => {
    for (const [index, { rooms }] of MEMBERS.entries()) {
      const channels = rooms.flatMap((room) => [`rooms.${room}`, `prices.${room}`]);
      const batch = [...channels, 'rooms.end'].map((channel) => ({ channel }));
      await clients[index].request('rt:subscribe', batch);
    }
  };

  it('gives each member exactly its events, in order, whatever is mixed in one turn', async () => {
    await fc.assert(
      fc.asyncProperty(moves(MEMBERS.length), async (script) => {
        await join();
        for (const client of clients) client.events.length = 0;
        const model = new AudienceModel(MEMBERS, fanOut === 'fast');
        model.play(script);
        const ended = clients.map((client) => endOf(client));
        await clients[0].request('rt:message', { channel: 'rooms.1', event: 'play', payload: script });
        await Promise.all(ended);
        expect(clients.map(heardBy)).toEqual(model.received);
      }),
      { numRuns: 200 },
    );
  });
});

async function endOf(client: Client): Promise<void> {
  for (;;) {
    const [channel] = await client.next('rt:event');
    if (channel === 'rooms.end') return;
  }
}

function heardBy({ events }: Client): Heard[] {
  return events
    .filter(({ channel }) => channel !== 'rooms.end')
    .map(({ channel, event, payload }) => `${channel} ${event} ${String(payload)}`);
}
