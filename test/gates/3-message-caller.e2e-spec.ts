// Who is 'caller' while a message is handled, over real sockets? Its sender: in the handler, and in the services that it calls.
import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import {
  defineRealtimeChannel,
  IRealtimeBroadcaster,
  IRealtimeConnections,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import type { Client } from '../kit/client.js';
import { KnownUsers } from '../kit/known-users.js';

const said = z.object({ text: z.string() });
const roomChannel = defineRealtimeChannel({
  name: 'rooms.{id}',
  scope: 'authenticated',
  events: { said },
  messages: { run: z.string() },
});
type Room = typeof roomChannel;

/** A service that knows nothing of messages. */
@Injectable()
class Chat {
  constructor(
    private readonly realtime: IRealtimeBroadcaster,
    private readonly connections: IRealtimeConnections,
  ) {}

  async tellOthers(id: string): Promise<void> {
    await setImmediate();
    await this.realtime.broadcast(roomChannel.with({ id }), 'said', { text: 'others' }, { except: 'caller' });
  }

  async tellCaller(id: string): Promise<void> {
    await setImmediate();
    await this.realtime.send('caller', roomChannel.with({ id }), 'said', { text: 'caller' });
  }

  async sendAway(id: string): Promise<void> {
    await this.connections.unsubscribe('caller', roomChannel.with({ id }));
  }
}

/** What the handler does, by name. */
const ACTS: Record<string, (chat: Chat, ctx: RealtimeContext<Room, 'run'>) => Promise<void>> = {
  send: (_chat, ctx) => ctx.send('said', { text: 'me' }),
  broadcast: (_chat, ctx) => ctx.broadcast('said', { text: 'all' }),
  except: (_chat, ctx) => ctx.broadcast('said', { text: 'others' }, { except: 'caller' }),
  exceptUser: (_chat, ctx) => ctx.broadcast('said', { text: 'strangers' }, { except: { userId: ctx.userId } }),
  tellOthers: (chat, { params }) => chat.tellOthers(params.id),
  tellCaller: (chat, { params }) => chat.tellCaller(params.id),
  sendAway: (chat, { params }) => chat.sendAway(params.id),
};

@RealtimeChannel(roomChannel)
class OnRun {
  constructor(private readonly chat: Chat) {}

  @RealtimeHandler(roomChannel, 'run')
  run(act: string, ctx: RealtimeContext<Room, 'run'>): Promise<void> {
    return ACTS[act](this.chat, ctx);
  }
}

describe('the caller of a message', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await boot({ imports: [RealtimeModule.forRoot({ authenticator: KnownUsers })], providers: [Chat, OnRun] });
  });
  afterEach(() => app.hangUp());
  afterAll(closeApps);

  const on = async (channel: string, as: string): Promise<Client> => {
    const client = await app.connect({ as });
    await client.subscribe(channel);
    return client;
  };

  it.each<[string, string, string[]]>([
    ['is the one that an event is sent to by the context', 'send', ['ann']],
    ['hears what the context broadcasts', 'broadcast', ['ann', 'ann too', 'bob']],
    ['is left out by the context', 'except', ['ann too', 'bob']],
    ['is left out with all connections of its user', 'exceptUser', ['bob']],
    ['is left out by a service', 'tellOthers', ['ann too', 'bob']],
    ['is the one that an event is sent to by a service', 'tellCaller', ['ann']],
  ])('%s (%s)', async (_what, act, heard) => {
    const clients = {
      ann: await on('rooms.1', 'ann'),
      'ann too': await on('rooms.1', 'ann'),
      bob: await on('rooms.1', 'bob'),
      elsewhere: await on('rooms.2', 'ann'),
    };
    expect(await clients.ann.send('rooms.1', 'run', act)).toEqual({ ok: true });
    for (const client of Object.values(clients)) await client.settle();
    const hearing = Object.entries(clients).filter(([, { events }]) => events.length > 0);
    expect(hearing.map(([name]) => name)).toEqual(heard);
    for (const [, { events }] of hearing) expect(events).toMatchObject([{ channel: 'rooms.1', event: 'said' }]);
  });

  it('is the sender of each message, however many run at once', async () => {
    const clients = await Promise.all(['ann', 'bob', 'root'].map((as) => on('rooms.1', as)));
    await Promise.all(clients.map((client) => client.send('rooms.1', 'run', 'tellCaller')));
    for (const client of clients) await client.settle();
    expect(clients.map(({ events }) => events.length)).toEqual([1, 1, 1]);
  });

  it('may be unsubscribed by its own message, and gets the refusal that follows', async () => {
    const [ann, too] = [await on('rooms.1', 'ann'), await on('rooms.1', 'ann')];
    expect(await ann.send('rooms.1', 'run', 'sendAway')).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    expect(await ann.next('rt:evicted')).toEqual([{ channel: 'rooms.1', code: 'REVOKED', retryable: false }]);
    await too.settle();
    expect(too.log).not.toContain('rt:evicted');
  });
});
