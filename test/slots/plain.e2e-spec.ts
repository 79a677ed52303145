// Does a client that knows nothing of the protocol pass all gates, and is it understood?
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  defineRealtimeChannel,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeFault,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import type { Client } from '../kit/client.js';
import { KnownUsers } from '../kit/known-users.js';

const Chat = z.object({ text: z.string().max(100) });
const chat = defineRealtimeChannel({
  name: 'chat.{room}',
  scope: 'authenticated',
  wire: 'plain',
  events: { 'chat message': Chat, 'quote"d': Chat, refresh: null },
  messages: {
    'chat message': Chat,
    ask: { payload: Chat, reply: z.object({ answer: z.string() }), errors: { NO_ANSWER: null } },
    poke: null,
  },
});
const bare = defineRealtimeChannel({
  name: 'bare',
  scope: 'public',
  wire: 'plain',
  acks: 'bare',
  messages: { sum: { payload: z.array(z.number()), reply: z.number() }, note: z.string() },
});

@RealtimeChannel(chat)
class OnChat {
  @RealtimeHandler(chat, 'chat message')
  async say({ text }: z.infer<typeof Chat>, ctx: RealtimeContext<typeof chat, 'chat message'>): Promise<void> {
    await ctx.broadcast('chat message', { text: `${ctx.userId}: ${text}` }, { except: 'caller' });
  }

  @RealtimeHandler(chat, 'ask')
  ask({ text }: z.infer<typeof Chat>, ctx: RealtimeContext<typeof chat, 'ask'>): { answer: string } {
    if (text === '') throw ctx.refusal('NO_ANSWER');
    return { answer: text };
  }

  @RealtimeHandler(chat, 'poke')
  async poke(_nothing: undefined, ctx: RealtimeContext<typeof chat, 'poke'>): Promise<void> {
    await ctx.broadcast('refresh');
  }
}

@RealtimeChannel(bare)
class OnBare {
  @RealtimeHandler(bare, 'sum')
  sum(numbers: number[]): number {
    return numbers.reduce((sum, n) => sum + n, 0);
  }

  @RealtimeHandler(bare, 'note')
  note(): void {}
}

describe('a channel on the plain wire', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await boot({
      imports: [RealtimeModule.forRoot({ authenticator: KnownUsers, limits: { messageBurst: 1_000 } })],
      providers: [OnChat, OnBare],
    });
  });
  afterEach(() => app.hangUp());
  afterAll(closeApps);

  const join = async (as: string, ...channels: string[]): Promise<Client> => {
    const client = await app.connect({ as });
    for (const channel of channels) expect(await client.subscribe(channel)).toMatchObject({ ok: true });
    return client;
  };

  it('sends events under their own names, with the payload as the only argument', async () => {
    const ann = await join('ann', 'chat.1');
    const heard = ann.next('chat message');
    await app.broadcast(chat.with({ room: '1' }), 'chat message', { text: 'hi', secret: 1 });
    expect(await heard).toEqual([{ text: 'hi' }]);
    const quoted = ann.next('quote"d');
    await app.broadcast(chat.with({ room: '1' }), 'quote"d', { text: 'hi' });
    expect(await quoted).toEqual([{ text: 'hi' }]);
    const refreshed = ann.next('refresh');
    await app.broadcast(chat.with({ room: '1' }), 'refresh');
    expect(await refreshed).toEqual([]);
  });

  it('takes messages under their own names, with and without payload and acknowledgement', async () => {
    const [ann, bob] = [await join('ann', 'chat.1'), await join('bob', 'chat.1')];
    const heard = bob.next('chat message');
    ann.socket.emit('chat message', { text: 'hi' });
    expect(await heard).toEqual([{ text: 'ann: hi' }]);
    expect(await ann.request('ask', { text: 'why' })).toEqual({ ok: true, data: { answer: 'why' } });
    const refreshed = bob.next('refresh');
    expect(await ann.request('poke')).toEqual({ ok: true });
    expect(await refreshed).toEqual([]);
    expect(ann.log).not.toContain('chat message');
  });

  it('answers with the data alone where its acknowledgements are bare', async () => {
    const ann = await join('ann', 'bare');
    expect(await ann.request('sum', [1, 2])).toBe(3);
    expect(await ann.request('note', 'x')).toBeUndefined();
    expect(await ann.request('sum', 'x')).toMatchObject({ ok: false, error: { code: 'INVALID_PAYLOAD' } });
  });

  it.each<[string, readonly unknown[], string]>([
    ['ask', [{ text: '' }], 'NO_ANSWER'],
    ['ask', [{ text: 1 }], 'INVALID_PAYLOAD'],
    ['ask', [{ text: 'a' }, { text: 'b' }], 'BAD_REQUEST'],
    ['ask', [], 'INVALID_PAYLOAD'],
    ['poke', [{ text: 'a' }], 'INVALID_PAYLOAD'],
    ['sum', [[1]], 'NOT_SUBSCRIBED'],
    ['no such message', [1], 'BAD_REQUEST'],
    ['refresh', [], 'BAD_REQUEST'],
  ])('refuses "%s", case %#', async (event, args, code) => {
    const ann = await join('ann', 'chat.1');
    expect(await ann.request(event, ...args)).toMatchObject({ ok: false, error: { code } });
  });

  it('cannot tell which channel is meant where a client is subscribed to several', async () => {
    const ann = await join('ann', 'chat.1', 'chat.2');
    expect(await ann.request('poke')).toMatchObject({ ok: false, error: { code: 'BAD_REQUEST' } });
    await ann.request('rt:unsubscribe', { channel: 'chat.1' });
    expect(await ann.request('poke')).toEqual({ ok: true });
  });

  it('takes its messages in the frames of the protocol as well', async () => {
    const ann = await join('ann', 'chat.1', 'chat.2');
    const reply = await ann.request('rt:message', { channel: 'chat.2', event: 'ask', payload: { text: 'a' } });
    expect(reply).toEqual({ ok: true, data: { answer: 'a' } });
  });
});

describe('two channels on the plain wire', () => {
  it('may not take the same message', async () => {
    const other = defineRealtimeChannel({
      name: 'other',
      scope: 'public',
      wire: 'plain',
      messages: { sum: z.string() },
    });
    const imports = [RealtimeModule.forRoot(), RealtimeModule.forFeature([bare, other])];
    const refused = boot({ imports });
    await expect(refused).rejects.toBeInstanceOf(RealtimeFault);
    await expect(refused).rejects.toThrow('take the message "sum", which names no channel');
  });
});
