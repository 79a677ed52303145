// What happens when a ping comes in? Gate 3 has admitted it, so it is valid and its sender is subscribed.
import { RealtimeChannel, type RealtimeContext, RealtimeHandler } from 'nestjs-realtime';
import { IRealtimeServer } from 'nestjs-realtime/adapters';
import { Ping } from '../ping.js';
import { pingChannel } from '../realtime-ping.channel.js';

@RealtimeChannel(pingChannel)
export class OnRealtimePing {
  constructor(private readonly server: IRealtimeServer) {}

  @RealtimeHandler(pingChannel, 'message')
  async handle(ping: Ping, ctx: RealtimeContext<typeof pingChannel>): Promise<void> {
    await ctx.broadcast({
      nonce: ping.nonce,
      from: ctx.userId ?? 'anonymous',
      at: new Date().toISOString(),
      connections: this.server.stats().connections,
    });
  }
}
