// Who is a reader, and what happens when one comments? The users know the name; every reader of the article receives the comment.
import { MemberData, RealtimeChannel, type RealtimeContext, RealtimeHandler, type RealtimeUser } from 'nestjs-realtime';
import { UsersService } from '../../../users/index.js';
import { Comment, type Reader } from '../reader.js';
import { readersChannel } from '../readers.channel.js';

@RealtimeChannel(readersChannel)
export class OnReaders {
  constructor(private readonly users: UsersService) {}

  /** Asked each time that a page of the user is admitted. */
  @MemberData(readersChannel)
  async reader({ userId }: Pick<RealtimeUser, 'userId'>): Promise<Reader> {
    const user = await this.users.find(userId);
    return { name: user?.name ?? userId };
  }

  @RealtimeHandler(readersChannel, 'comment')
  async comment({ text }: Comment, ctx: RealtimeContext<typeof readersChannel>): Promise<void> {
    const { name } = await this.reader(ctx);
    await ctx.broadcast('commented', { userId: ctx.userId, from: name, text });
  }
}
