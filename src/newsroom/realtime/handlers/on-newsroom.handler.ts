// What happens when an editor sends a remark? Every editor receives it, with the sender's name.
import { RealtimeChannel, type RealtimeContext, RealtimeHandler } from 'nestjs-realtime';
import { newsroomChannel } from '../newsroom.channel.js';
import { Remark } from '../remark.js';

@RealtimeChannel(newsroomChannel)
export class OnNewsroom {
  @RealtimeHandler(newsroomChannel, 'say')
  async say({ text }: Remark, ctx: RealtimeContext<typeof newsroomChannel>): Promise<void> {
    const name = ctx.user.claims?.name;
    const from = typeof name === 'string' ? name : ctx.userId;
    await ctx.broadcast('said', { text, from, at: new Date().toISOString() });
  }
}
