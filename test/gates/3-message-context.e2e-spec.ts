// What does a handler know at gate 3, and how does it ask for it, over a real socket?
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type CanActivate, type ExecutionContext, Inject, Injectable, Scope, UseGuards } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { ConnectedSocket, MessageBody } from '@nestjs/websockets';
import {
  defineRealtimeChannel,
  MessageContext,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeExecutionContext,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import type { Socket } from 'socket.io';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';

const text = z.object({ text: z.string() });
/** A message whose handler may answer anything. */
const answered = <Payload extends z.ZodType>(payload: Payload) => ({ payload, reply: z.unknown() });
const contextChannel = defineRealtimeChannel({
  name: 'context.{shop}.{id}',
  scope: 'public',
  events: { said: text },
  messages: {
    tell: answered(z.unknown()),
    say: text,
    decorated: answered(text),
    part: answered(text),
    socketOnly: answered(text),
    swapped: answered(text),
  },
});
const scopedChannel = defineRealtimeChannel({
  name: 'scoped',
  scope: 'public',
  messages: { a: answered(text), b: answered(text) },
});
const guardedChannel = defineRealtimeChannel({
  name: 'guarded',
  scope: 'public',
  messages: { free: z.unknown(), locked: answered(z.string()) },
});

@RealtimeChannel(contextChannel)
class OnContext {
  @RealtimeHandler('tell')
  tell(_payload: unknown, context: RealtimeContext<typeof contextChannel>): unknown {
    const { userId, roles, connectionId, connection, channel, params, message, user, signal } = context;
    const { name } = channel;
    const isSame = [channel.descriptor === contextChannel, connection.connectionId === connectionId];
    return { userId, roles, connectionId, channel: name, params, message, user, aborted: signal.aborted, isSame };
  }
  @RealtimeHandler('say')
  async say(payload: { text: string }, context: RealtimeContext<typeof contextChannel>): Promise<void> {
    await context.broadcast('said', payload);
  }
  @RealtimeHandler('decorated')
  decorated(
    @MessageContext() context: RealtimeContext,
    @MessageBody() payload: { text: string },
    @ConnectedSocket() socket: Socket,
  ): unknown {
    return [context.channel.name, payload, socket.id === context.connectionId];
  }
  @RealtimeHandler('part')
  part(@MessageBody('text') part: string): string {
    return part.toUpperCase();
  }
  @RealtimeHandler('socketOnly')
  socketOnly(@ConnectedSocket() socket: Socket): string {
    return socket.id;
  }
  @RealtimeHandler('swapped')
  swapped(@MessageBody() payload: unknown, second: unknown): unknown {
    return [payload, second === undefined];
  }
}

let made = 0;

@Injectable({ scope: Scope.REQUEST })
class PerMessage {
  readonly serial = ++made;
  constructor(@Inject(REQUEST) readonly request: RealtimeContext) {}
}

@Injectable()
class Singleton {
  readonly name = 'singleton';
}

@RealtimeChannel(scopedChannel)
class OnScoped {
  constructor(
    private readonly perMessage: PerMessage,
    private readonly singleton: Singleton,
  ) {}
  @RealtimeHandler('a')
  a(payload: { text: string }, context: RealtimeContext): unknown {
    const { request, serial } = this.perMessage;
    return [payload.text, request === context, request.message, request.userId, serial, this.singleton.name];
  }
  @RealtimeHandler('b')
  b(@MessageBody('text') part: string): unknown {
    return [part, this.perMessage.request.message];
  }
}

const guardCalls: unknown[] = [];

@Injectable()
class Locked implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const realtime = RealtimeExecutionContext.create(context);
    guardCalls.push([realtime.getGate(), realtime.getRequest().message, realtime.getRequest().payload]);
    return realtime.getRequest().payload === 'key';
  }
}

@RealtimeChannel(guardedChannel)
class OnGuarded {
  @RealtimeHandler('free')
  free(): void {}
  @RealtimeHandler('locked')
  @UseGuards(Locked)
  locked(): string {
    return 'opened';
  }
}

describe('gate 3, context', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await boot({
      imports: [RealtimeModule.forRoot({ authenticator: KnownUsers })],
      providers: [OnContext, OnScoped, PerMessage, Singleton, OnGuarded],
    });
  });
  afterEach(() => app.hangUp());
  afterAll(closeApps);

  async function on(channel: string, as?: string) {
    const client = await app.connect({ as });
    await client.subscribe(channel);
    return client;
  }

  it('gives a handler its sender, its channel and its params', async () => {
    const client = await on('context.north.042', 'bob');
    expect((await client.send('context.north.042', 'tell')).data).toEqual({
      userId: 'bob',
      roles: ['editor'],
      connectionId: client.socket.id,
      channel: 'context.north.042',
      params: { shop: 'north', id: '042' },
      message: 'tell',
      user: expect.objectContaining({ userId: 'bob', roles: ['editor'] }),
      aborted: false,
      isSame: [true, true],
    });
  });

  it('gives a handler no user where the sender is anonymous', async () => {
    const client = await on('context.a.b');
    expect((await client.send('context.a.b', 'tell')).data).toMatchObject({ userId: null, roles: [], user: null });
  });

  it('lets a handler broadcast on its own channel', async () => {
    const [ann, bob] = await Promise.all([on('context.a.1', 'ann'), on('context.a.1', 'bob')]);
    const elsewhere = await on('context.a.2', 'bob');
    expect(await ann.send('context.a.1', 'say', { text: 'hello' })).toEqual({ ok: true });
    const expected = ['context.a.1', 'said', { text: 'hello' }];
    expect(await bob.next('rt:event')).toEqual(expected);
    expect(await ann.next('rt:event')).toEqual(expected);
    await elsewhere.settle();
    expect(elsewhere.events).toEqual([]);
  });

  it('gives parameters what their decorators ask for, in any order', async () => {
    const client = await on('context.a.b');
    expect((await client.send('context.a.b', 'decorated', { text: 'x' })).data).toEqual([
      'context.a.b',
      { text: 'x' },
      true,
    ]);
    expect((await client.send('context.a.b', 'part', { text: 'loud' })).data).toBe('LOUD');
    expect((await client.send('context.a.b', 'socketOnly', { text: 'x' })).data).toBe(client.socket.id);
    expect((await client.send('context.a.b', 'swapped', { text: 'x' })).data).toEqual([{ text: 'x' }, true]);
  });

  it.each(['decorated', 'part', 'socketOnly', 'swapped'])(
    'validates the payload of %s whichever part of it the method asks for',
    async (event) => {
      const client = await on('context.a.b');
      expect(await client.send('context.a.b', event, { text: 7 })).toMatchObject({
        error: { code: 'INVALID_PAYLOAD' },
      });
    },
  );

  it('makes request-scoped providers once for each message, with the message as REQUEST', async () => {
    const client = await on('scoped', 'ann');
    made = 0;
    expect((await client.send('scoped', 'a', { text: 'x' })).data).toEqual(['x', true, 'a', 'ann', 1, 'singleton']);
    expect((await client.send('scoped', 'a', { text: 'y' })).data).toEqual(['y', true, 'a', 'ann', 2, 'singleton']);
    expect((await client.send('scoped', 'b', { text: 'z' })).data).toEqual(['z', 'b']);
    expect(made).toBe(3);
  });

  it('keeps two messages apart that run at once', async () => {
    const [ann, bob] = await Promise.all([on('scoped', 'ann'), on('scoped', 'bob')]);
    const replies = await Promise.all(
      [ann, bob, ann, bob].map((client, n) => client.send('scoped', 'a', { text: String(n) })),
    );
    const said = replies.map(({ data }) => data as unknown[]);
    expect(said.map(([text, same, , userId]) => [text, same, userId])).toEqual([
      ['0', true, 'ann'],
      ['1', true, 'bob'],
      ['2', true, 'ann'],
      ['3', true, 'bob'],
    ]);
    expect(new Set(said.map((parts) => parts[4])).size).toBe(4);
  });

  it('runs the guard of a method for that message only, not at gate 2, and before the schema', async () => {
    const client = await on('guarded', 'ann');
    guardCalls.length = 0;
    expect(await client.send('guarded', 'free')).toEqual({ ok: true });
    expect(guardCalls).toEqual([]);
    expect(await client.send('guarded', 'locked', 'key')).toEqual({ ok: true, data: 'opened' });
    expect(await client.send('guarded', 'locked', 7)).toMatchObject({ error: { code: 'FORBIDDEN' } });
    expect(guardCalls).toEqual([
      ['message', 'locked', 'key'],
      ['message', 'locked', 7],
    ]);
  });

  it('refuses an anonymous client as unauthenticated where a method guard denies it', async () => {
    const client = await on('guarded');
    expect(await client.send('guarded', 'locked', 'no')).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
  });
});
