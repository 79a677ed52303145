// Which application do the tests of tracing share? One channel with messages of every outcome, and a route that broadcasts.
import { Controller, type MiddlewareConsumer, Module, type NestModule, Post } from '@nestjs/common';
import { type Attributes, trace } from '@opentelemetry/api';
import {
  defineRealtimeChannel,
  IRealtimeBroadcaster,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeException,
  RealtimeHandler,
  RealtimeModule,
  type RealtimeSettings,
} from 'nestjs-realtime';
import { OpenTelemetryTracer, RealtimeOpenTelemetryModule } from 'nestjs-realtime/opentelemetry';
import { z } from 'zod';
import { HttpTraceMiddleware } from '../../src/observability/http-trace.middleware.js';
import { boot, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { Latch } from '../kit/latch.js';

const said = z.object({ text: z.string() });
/** What validation of `slowly` and a late `enter` wait for. */
export let gate = new Latch();
export const renewGate = (): void => void (gate = new Latch());
const slowly = said.refine(async () => gate.opened.then(() => true));

export const roomChannel = defineRealtimeChannel({
  name: 'rooms.{roomId}',
  scope: 'authenticated',
  events: { said, slowly },
  messages: {
    say: said,
    fail: said,
    refuse: said,
    hang: said,
    enter: { payload: said, errors: { ROOM_LOCKED: null } },
    nod: { payload: said, whisper: true },
  },
});
export const FAILURE = 'the disk is full';

/** What an error tracker would have received. */
export const reports: { error: unknown; attributes: Attributes; traceId?: string }[] = [];

class Tracker extends OpenTelemetryTracer {
  protected override failed(error: unknown, attributes: Attributes): void {
    reports.push({ error, attributes, traceId: trace.getActiveSpan()?.spanContext().traceId });
    throw new Error('the tracker is down');
  }
}

@RealtimeChannel(roomChannel)
class OnRoom {
  @RealtimeHandler('say')
  async say({ text }: { text: string }, ctx: RealtimeContext<typeof roomChannel>): Promise<void> {
    await ctx.broadcast('said', { text });
  }

  @RealtimeHandler('fail')
  async fail(): Promise<void> {
    throw new TypeError(FAILURE);
  }

  @RealtimeHandler('refuse')
  refuse(): void {
    throw new RealtimeException('FORBIDDEN', { reason: 'the room is locked' });
  }

  @RealtimeHandler(roomChannel, 'enter')
  async enter({ text }: { text: string }, ctx: RealtimeContext<typeof roomChannel, 'enter'>): Promise<void> {
    if (text === 'late') {
      await gate.opened;
      throw ctx.refusal('ROOM_LOCKED');
    }
    throw text === 'locked' ? ctx.refusal('ROOM_LOCKED') : new RealtimeException(`MADE_UP_FOR_${text}`);
  }

  @RealtimeHandler('hang')
  hang(): Promise<void> {
    return new Promise(() => undefined);
  }
}

@Controller('rooms/:roomId')
class RoomsController {
  constructor(private readonly realtime: IRealtimeBroadcaster) {}

  @Post('said')
  async said(): Promise<void> {
    await this.realtime.broadcast(roomChannel.with({ roomId: '42' }), 'said', { text: 'by HTTP' });
  }

  /** The second has to wait for its turn behind the first. */
  @Post('turns')
  async turns(): Promise<void> {
    const room = roomChannel.with({ roomId: '42' });
    const both = [
      this.realtime.broadcast(room, 'slowly', { text: 'first' }),
      this.realtime.broadcast(room, 'said', { text: 'second' }),
    ];
    gate.open();
    await Promise.all(both);
  }
}

export async function bootTraced(settings: RealtimeSettings = {}): Promise<TestApp> {
  @Module({
    imports: [
      RealtimeModule.forRoot({ authenticator: KnownUsers, tracer: Tracker, ...settings }),
      RealtimeOpenTelemetryModule.forRoot(),
    ],
    controllers: [RoomsController],
    providers: [OnRoom],
  })
  class TracedModule implements NestModule {
    configure(consumer: MiddlewareConsumer): void {
      consumer.apply(HttpTraceMiddleware).forRoutes('{*path}');
    }
  }
  return boot({ imports: [TracedModule] });
}
