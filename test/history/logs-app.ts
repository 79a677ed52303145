// Which application do the tests of histories ask? One with a channel of each kind, and a room of its own for each test.
import { type CanActivate, UseGuards } from '@nestjs/common';
import { defineRealtimeChannel, RealtimeChannel, RealtimeModule } from 'nestjs-realtime';
import { z } from 'zod';
import { boot, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { Reader } from './reader.js';

export const SIZE = 20;
export const room = defineRealtimeChannel({
  name: 'rooms.{roomId}',
  scope: 'authenticated',
  events: { said: z.number(), calm: null },
  messages: { wave: { payload: z.number(), whisper: true } },
  history: { size: SIZE, ttl: '10m' },
});
export const big = defineRealtimeChannel({
  name: 'big.{id}',
  scope: 'public',
  payload: z.string(),
  history: { size: 1_000 },
});
export const bare = defineRealtimeChannel({ name: 'bare', scope: 'public', payload: z.number() });
export const mine = defineRealtimeChannel({
  name: 'mine.{userId}',
  scope: { userScoped: 'userId' },
  payload: z.number(),
  history: true,
  autoSubscribe: true,
});
export const closed = defineRealtimeChannel({ name: 'closed', scope: 'public', payload: z.number(), history: true });

class Closed implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@RealtimeChannel(closed)
@UseGuards(Closed)
class ClosedChannel {}

/** What a frame of the protocol must not carry there. */
export const MISSHAPEN = [
  5,
  'e',
  null,
  [],
  {},
  { epoch: 'e' },
  { offset: 1 },
  { epoch: 'e', offset: -1 },
  { epoch: 'e', offset: 1e308 },
  { epoch: 'e', offset: '1' },
  { epoch: 'e', offset: 1.5 },
  { epoch: 7, offset: 1 },
];

export class LogsApp {
  private rooms = 1;

  private constructor(readonly app: TestApp) {}

  static async start(): Promise<LogsApp> {
    const app = await boot({
      imports: [
        RealtimeModule.forRoot({ authenticator: KnownUsers, recoverBytes: 2_000_000 }),
        RealtimeModule.forFeature([room, big, bare, mine]),
      ],
      providers: [ClosedChannel],
    });
    return new LogsApp(app);
  }

  nextRoom(): void {
    this.rooms++;
  }

  get channel(): string {
    return this.target().name;
  }

  target() {
    return room.with({ roomId: String(this.rooms) });
  }

  bigTarget() {
    return big.with({ id: String(this.rooms) });
  }

  async reader(as = 'ann', name = this.channel): Promise<Reader> {
    return new Reader(await this.app.connect({ as }), name);
  }

  async say(...numbers: number[]): Promise<void> {
    for (const n of numbers) await this.app.broadcast(this.target(), 'said', n);
  }
}
