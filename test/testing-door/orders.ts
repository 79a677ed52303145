// Which application do the tests of the testing door use? A small one with cookies, roles, a guard and a handler.
import { type CanActivate, type ExecutionContext, Injectable, type ModuleMetadata, UseGuards } from '@nestjs/common';
import {
  defineRealtimeChannel,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeException,
  RealtimeExecutionContext,
  RealtimeHandler,
  RealtimeModule,
  type RealtimeSettings,
} from 'nestjs-realtime';
import { z } from 'zod';
import { KnownUsers } from '../kit/known-users.js';

export const orderChannel = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'authenticated',
  events: { noted: z.object({ text: z.string(), by: z.string() }), shipped: z.object({ at: z.string() }) },
  messages: { addNote: z.object({ text: z.string().min(1) }) },
});
export const newsChannel = defineRealtimeChannel({ name: 'news', scope: 'public', payload: z.string() });

@Injectable()
class OpenOrderGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { orderId } = RealtimeExecutionContext.create(context).getParams();
    if (orderId === 'busy') throw new RealtimeException('OVERLOADED');
    return orderId !== 'secret';
  }
}

@RealtimeChannel(orderChannel)
@UseGuards(OpenOrderGuard)
class OnOrderMessage {
  @RealtimeHandler('addNote')
  async addNote({ text }: { text: string }, ctx: RealtimeContext<typeof orderChannel>): Promise<void> {
    await ctx.broadcast('noted', { text, by: ctx.userId });
  }
}

export const ordersModule = (settings: RealtimeSettings = {}): ModuleMetadata => ({
  imports: [
    RealtimeModule.forRoot({ authenticator: KnownUsers, ...settings }),
    RealtimeModule.forFeature([newsChannel]),
  ],
  providers: [OpenOrderGuard, OnOrderMessage],
});
