// Does the module fit into an application: with others, without HTTP, global or not?
import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  defineRealtimeChannel,
  IRealtimeBroadcaster,
  IRealtimeHandlerRegistry,
  InMemoryRealtimeBroadcaster,
  RealtimeChannel,
  RealtimeFault,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { IRealtimeServer } from 'nestjs-realtime/adapters';
import { io } from 'socket.io-client';
import { z } from 'zod';
import { boot, closeApps, HTTP_ADAPTERS } from '../kit/boot.js';
import { SilentWsAdapter } from '../kit/silent-ws-adapter.js';

const payload = z.object({ n: z.number() });
const newsChannel = defineRealtimeChannel({ name: 'news', scope: 'public', payload });

@Injectable()
class Newsroom {
  constructor(private readonly realtime: IRealtimeBroadcaster) {}
  publish(n: number): Promise<void> {
    return this.realtime.broadcast(newsChannel, { n });
  }
}

@Module({ imports: [RealtimeModule.forFeature([newsChannel])], providers: [Newsroom], exports: [Newsroom] })
class NewsModule {}

@WebSocketGateway()
class OwnGateway {
  @SubscribeMessage('shout')
  shout(@MessageBody() text: string): string {
    return text.toUpperCase();
  }
}

describe('the module', () => {
  afterEach(closeApps);

  it('is global: a feature registers its channels and injects the broadcaster without importing it', async () => {
    const app = await boot({ imports: [RealtimeModule.forRoot(), NewsModule] });
    const client = await app.connect();
    expect(await client.subscribe('news')).toEqual({ ok: true, channel: 'news' });
    await app.nest.get(Newsroom).publish(1);
    expect(await client.next('rt:event')).toEqual(['news', 'message', { n: 1 }]);
    expect(app.nest.get(IRealtimeHandlerRegistry).listChannels()).toEqual([newsChannel]);
  });

  it('is visible to its importers only where global is false', async () => {
    const realtime = RealtimeModule.forRoot({ global: false });
    await expect(boot({ imports: [realtime, NewsModule] })).rejects.toThrow(
      "can't resolve dependencies of the Newsroom",
    );
    @Module({ imports: [realtime], providers: [Newsroom] })
    class ImportingModule {}
    const app = await boot({
      imports: [realtime, ImportingModule, RealtimeModule.forFeature([newsChannel])],
    });
    const client = await app.connect();
    await client.subscribe('news');
    await app.nest.get(Newsroom).publish(2);
    expect(await client.next('rt:event')).toEqual(['news', 'message', { n: 2 }]);
  });

  it('takes the same channel from two features once', async () => {
    const app = await boot({
      imports: [RealtimeModule.forRoot(), NewsModule, RealtimeModule.forFeature([newsChannel, newsChannel])],
    });
    expect(app.nest.get(IRealtimeHandlerRegistry).listChannels()).toEqual([newsChannel]);
  });

  it('rejects the boot with all faults of the channels in one message', async () => {
    const one = defineRealtimeChannel({ name: 'faults.{id}', scope: 'public', message: z.unknown() });
    const rival = defineRealtimeChannel({ name: 'faults.{other}', scope: 'public', payload });
    @RealtimeChannel(one)
    class First {
      @RealtimeHandler()
      handle(): void {}
      @RealtimeHandler('undeclared')
      stray(): void {}
    }
    @RealtimeChannel(one)
    class Second {
      @RealtimeHandler()
      handle(): void {}
    }
    @Injectable()
    class Nowhere {
      @RealtimeHandler()
      handle(): void {}
    }
    const fault: unknown = await boot({
      imports: [RealtimeModule.forRoot(), RealtimeModule.forFeature([rival])],
      providers: [First, Second, Nowhere],
    }).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(RealtimeFault);
    const { message } = fault as Error;
    for (const part of ['First.stray()', 'Second.handle()', 'Nowhere.handle()', 'can match the same name']) {
      expect(message).toContain(part);
    }
  });

  describe.each(HTTP_ADAPTERS)('beside a gateway of the application, on %s', (http) => {
    it('leaves that gateway on /socket.io unchanged', async () => {
      const app = await boot({ imports: [RealtimeModule.forRoot(), NewsModule], providers: [OwnGateway] }, { http });
      const own = io(app.url, { transports: ['websocket'], forceNew: true });
      expect(await own.emitWithAck('shout', 'hello')).toBe('HELLO');
      const client = await app.connect();
      await client.subscribe('news');
      expect(await client.request('shout', 'hello')).toMatchObject({ ok: false, error: { code: 'BAD_REQUEST' } });
      await app.nest.get(Newsroom).publish(3);
      expect(await client.next('rt:event')).toEqual(['news', 'message', { n: 3 }]);
      const leaked: unknown[] = [];
      own.onAny((...args: unknown[]) => leaked.push(args));
      expect(await own.emitWithAck('shout', 'still')).toBe('STILL');
      expect(leaked).toEqual([]);
      own.disconnect();
    });

    it('leaves HTTP routes unchanged', async () => {
      const app = await boot({ imports: [RealtimeModule.forRoot()] }, { http });
      expect((await fetch(`${app.url}/nowhere`)).status).toBe(404);
    });
  });

  @WebSocketGateway({ path: '/realtime' })
  class SamePath {
    @SubscribeMessage('shout')
    shout(): void {}
  }
  @WebSocketGateway({ path: '/realtime', namespace: 'chat' })
  class SamePathOtherNamespace {
    @SubscribeMessage('shout')
    shout(): void {}
  }

  it.each([
    ['before it', [SamePath, NewsModule]],
    ['in a namespace of its own', [SamePathOtherNamespace, NewsModule]],
  ])('rejects the boot when another gateway is on its path, %s', async (_where, [gateway]) => {
    @Module({ providers: [gateway] })
    class GatewayModule {}
    for (const imports of [
      [GatewayModule, RealtimeModule.forRoot()],
      [RealtimeModule.forRoot(), GatewayModule],
    ]) {
      await expect(boot({ imports })).rejects.toThrow(/Another gateway uses the path "\/realtime"/);
    }
  });

  it('rejects the boot under a WebSocket adapter that is not Socket.IO, and says how to fix it', async () => {
    const booting = boot(
      { imports: [RealtimeModule.forRoot()] },
      { prepare: (app) => app.useWebSocketAdapter(new SilentWsAdapter(app)) },
    );
    await expect(booting).rejects.toThrow(/remove app\.useWebSocketAdapter\(\.\.\.\).*IoAdapter/);
  });

  it('boots without HTTP and broadcasts to no client', async () => {
    @Module({ imports: [RealtimeModule.forRoot(), NewsModule] })
    class WorkerModule {}
    const context = await NestFactory.createApplicationContext(WorkerModule, { logger: false });
    await context.get(Newsroom).publish(1);
    await expect(context.get(Newsroom).publish('x' as never)).rejects.toMatchObject({ name: 'BroadcastFault' });
    expect(context.get(IRealtimeServer).stats()).toMatchObject({ connections: 0, rooms: 0 });
    await context.close();
  });

  it('records what would have gone out, and accepts no connection, with the in-memory transport', async () => {
    const app = await boot({ imports: [RealtimeModule.forRoot({ mode: 'in-memory' }), NewsModule] });
    await app.nest.get(Newsroom).publish(1);
    await expect(app.connect()).rejects.toThrow('websocket error');
    const broadcaster = app.nest.get(IRealtimeBroadcaster);
    expect(broadcaster).toBeInstanceOf(InMemoryRealtimeBroadcaster);
    expect((broadcaster as InMemoryRealtimeBroadcaster).broadcasts).toEqual([
      { channel: 'news', event: 'message', payload: { n: 1 } },
    ]);
  });
});
