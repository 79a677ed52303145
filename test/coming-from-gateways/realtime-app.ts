// The same application behind four gates. Its clients notice nothing.
import { Injectable, Module } from '@nestjs/common';
import {
  defineRealtimeChannel,
  IRealtimeBroadcaster,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeHandler,
  RealtimeModule,
  type RealtimeUser,
  SessionAuthenticator,
  sessionRef,
} from 'nestjs-realtime';
import { z } from 'zod';
import { Notifier, SESSIONS } from './sessions.js';

const plain = { wire: 'plain', acks: 'bare', autoSubscribe: true } as const;
const Chat = z.object({ text: z.string().max(500) });

const uploadsChannel = defineRealtimeChannel({
  name: 'uploads.{userId}',
  scope: { userScoped: 'userId' },
  events: { on_upload_success: z.object({ file: z.string() }) },
  ...plain,
});
const sessionChannel = defineRealtimeChannel({
  name: 'session.{sessionId}',
  scope: { sessionScoped: 'sessionId' },
  events: { session_expired: null },
  ...plain,
});
const lobbyChannel = defineRealtimeChannel({
  name: 'lobby',
  scope: 'authenticated',
  events: { 'chat message': Chat, refresh: null },
  messages: { 'chat message': { payload: Chat, reply: z.object({ seen: z.boolean() }) } },
  ...plain,
});

@RealtimeChannel(lobbyChannel)
class OnChatMessage {
  @RealtimeHandler(lobbyChannel, 'chat message')
  async say(
    chat: z.infer<typeof Chat>,
    ctx: RealtimeContext<typeof lobbyChannel, 'chat message'>,
  ): Promise<{ seen: boolean }> {
    await ctx.broadcast('chat message', chat, { except: 'caller' });
    return { seen: true };
  }
}

@Injectable()
class Sessions extends SessionAuthenticator {
  protected async findUser(sessionId: string): Promise<RealtimeUser | null> {
    const session = Object.hasOwn(SESSIONS, sessionId) ? SESSIONS[sessionId] : undefined;
    return session ? { ...session, roles: [] } : null;
  }
}

@Injectable()
class RealtimeNotifier extends Notifier {
  constructor(private readonly realtime: IRealtimeBroadcaster) {
    super();
  }

  async uploaded(userId: string, file: string): Promise<void> {
    await this.realtime.broadcast(uploadsChannel.with({ userId }), 'on_upload_success', { file });
  }

  async expired(sessionId: string): Promise<void> {
    await this.realtime.broadcast(sessionChannel.with({ sessionId: sessionRef(sessionId) }), 'session_expired');
  }

  async refresh(): Promise<void> {
    await this.realtime.broadcast(lobbyChannel, 'refresh');
  }
}

@Module({
  imports: [
    // The path of the raw gateway, so that its clients find it.
    RealtimeModule.forRoot({ path: '/socket.io', authenticator: Sessions }),
    RealtimeModule.forFeature([uploadsChannel, sessionChannel]),
  ],
  providers: [OnChatMessage, { provide: Notifier, useClass: RealtimeNotifier }],
})
export class RealtimeApp {}
