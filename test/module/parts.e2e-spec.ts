// In which forms may an application bring its parts? As a class, an instance, an existing provider or a factory.
import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import {
  defineRealtimeChannel,
  type IRealtimeAuthenticator,
  IRealtimeConnections,
  RealtimeModule,
  type RealtimePart,
} from 'nestjs-realtime';
import {
  type BrokerSink,
  type CommandOutcome,
  type ControlCommand,
  type EncodedEvent,
  IRealtimeBroker,
  IRealtimeServer,
  type RealtimeEntrance,
  SocketIORealtimeServer,
} from 'nestjs-realtime/adapters';
import { z } from 'zod';
import { boot, closeApps } from '../kit/boot.js';
import { OtherNodes } from '../kit/other-nodes.js';

const newsChannel = defineRealtimeChannel({ name: 'news', scope: 'public', payload: z.object({ n: z.number() }) });

/** Two nodes in one process: what one publishes reaches the sinks of both, a turn later. */
@Injectable()
class Line extends OtherNodes {
  static sinks: BrokerSink[] = [];
  static calls: string[] = [];
  static missing: string[] = [];
  private sink: BrokerSink | null = null;

  override async start(sink: BrokerSink | null): Promise<void> {
    await new Promise(setImmediate);
    Line.calls.push('start');
    this.sink = sink;
    Line.sinks.push(sink!);
  }

  override async stop(): Promise<void> {
    Line.calls.push('stop');
    Line.sinks.splice(Line.sinks.indexOf(this.sink!), 1);
  }

  override async publish(event: EncodedEvent): Promise<null> {
    await new Promise(setImmediate);
    for (const sink of Line.sinks) if (sink !== this.sink) sink.deliver(event);
    return null;
  }

  override async command(command: ControlCommand): Promise<CommandOutcome> {
    const others = Line.sinks.filter((sink) => sink !== this.sink);
    await Promise.all(others.map((sink) => sink.act(command)));
    return { acknowledged: others.map((_, index) => `node ${index}`), missing: Line.missing };
  }
}

@Module({ providers: [Line], exports: [Line] })
class LineModule {}

const FORMS: [string, () => RealtimePart<IRealtimeBroker>][] = [
  ['a class', () => Line],
  ['an instance', () => new Line()],
  ['an existing provider', () => ({ useExisting: Line })],
  ['a factory', () => ({ inject: [Line], useFactory: (line: Line) => line })],
];

describe('a broker', () => {
  afterEach(async () => {
    await closeApps();
    Line.sinks = [];
    Line.calls = [];
    Line.missing = [];
  });

  it.each(FORMS)('given as %s carries every broadcast to the clients of every node', async (_form, form) => {
    const module = () => ({
      imports: [
        RealtimeModule.forRoot({ imports: [LineModule], broker: form() }),
        RealtimeModule.forFeature([newsChannel]),
      ],
    });
    const nodes = [await boot(module()), await boot(module())];
    const clients = await Promise.all(nodes.map((node) => node.connect()));
    for (const client of clients) await client.subscribe('news');
    const broadcast = nodes[0].nextHook('broadcast');
    await nodes[0].broadcast(newsChannel, { n: 1 });
    expect(await broadcast).toMatchObject({ recipients: 1 });
    for (const client of clients) {
      await client.settle();
      expect(client.events).toEqual([{ channel: 'news', event: 'message', payload: { n: 1 } }]);
    }
    await nodes[1].close();
    expect(Line.calls).toEqual(['start', 'start', 'stop']);
  });

  it('that cannot start ends the boot', async () => {
    class Broken extends Line {
      override start(): Promise<void> {
        return Promise.reject(new Error('there is no line'));
      }

      override async stop(): Promise<void> {}
    }
    await expect(boot({ imports: [RealtimeModule.forRoot({ broker: Broken })] })).rejects.toThrow('there is no line');
  });

  it('carries a change of connections to every node before its promise resolves', async () => {
    const module = () => ({
      imports: [RealtimeModule.forRoot({ broker: Line }), RealtimeModule.forFeature([newsChannel])],
    });
    const nodes = [await boot(module()), await boot(module())];
    const clients = await Promise.all(nodes.map((node) => node.connect()));
    for (const client of clients) await client.subscribe('news');
    const { connectionId } = await clients[1].welcome();
    await nodes[0].nest.get(IRealtimeConnections).unsubscribe({ connectionId }, newsChannel);
    expect(nodes[1].stats().subscriptions).toBe(0);
    expect(nodes[0].stats().subscriptions).toBe(1);
    const disconnected = nodes[1].nextHook('disconnected');
    await nodes[0].nest.get(IRealtimeConnections).disconnect({ connectionId });
    expect((await disconnected).connection.connectionId).toBe(connectionId);
  });

  it('whose nodes have not all acted makes the change reject with those that have not', async () => {
    const app = await boot({
      imports: [RealtimeModule.forRoot({ broker: Line }), RealtimeModule.forFeature([newsChannel])],
    });
    Line.missing = ['b'];
    await expect(app.nest.get(IRealtimeConnections).disconnect({ userId: 'ann' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      missingNodes: ['b'],
    });
  });

  it('that fails makes the broadcast fail, and no client is lost', async () => {
    class Failing extends Line {
      override publish(): Promise<null> {
        return Promise.reject(new Error('the line is cut'));
      }
    }
    const app = await boot({
      imports: [RealtimeModule.forRoot({ broker: Failing }), RealtimeModule.forFeature([newsChannel])],
    });
    const client = await app.connect();
    await expect(app.broadcast(newsChannel, { n: 1 })).rejects.toThrow('the line is cut');
    expect(await client.subscribe('news')).toMatchObject({ ok: true });
  });
});

describe('an authenticator', () => {
  afterEach(closeApps);

  class Fields {
    authenticate = async () => ({ userId: 'ann', roles: [] });
  }
  class Nothing {}
  const parts = { providers: [Fields, Nothing], exports: [Fields, Nothing] };
  @Module(parts)
  class PartsModule {}
  const start = (authenticator: unknown) =>
    boot({
      imports: [
        RealtimeModule.forRoot({
          imports: [PartsModule],
          authenticator: authenticator as RealtimePart<IRealtimeAuthenticator>,
        }),
      ],
    });

  it.each<[string, unknown]>([
    ['a class', Fields],
    ['an instance', new Fields()],
    ['an existing provider', { useExisting: Fields }],
    ['a factory', { useFactory: () => new Fields() }],
  ])('may have fields for methods, given as %s', async (_form, authenticator) => {
    const app = await start(authenticator);
    const connected = app.nextHook('connected');
    await app.connect();
    expect((await connected).connection.user).toMatchObject({ userId: 'ann' });
  });

  it.each<[string, () => unknown]>([
    ['a class', () => Nothing],
    ['an instance', () => new Nothing()],
    ['an existing provider', () => ({ useExisting: Nothing })],
    ['a factory', () => ({ useFactory: () => new Nothing() })],
  ])('without its method ends the boot, given as %s', async (_form, authenticator) => {
    await expect((async () => start(authenticator()))()).rejects.toThrow(
      'Nothing has no authenticate(), so it is no IRealtimeAuthenticator; let its class extend IRealtimeAuthenticator.',
    );
  });
});

describe('a server', () => {
  afterEach(closeApps);

  it('given by the application stands in for the one of Socket.IO', async () => {
    const opened: RealtimeEntrance[] = [];
    @Injectable()
    class Watched extends SocketIORealtimeServer {
      override open(entrance: RealtimeEntrance): void {
        opened.push(entrance);
        super.open(entrance);
      }
    }
    const app = await boot({
      imports: [RealtimeModule.forRoot({ server: Watched }), RealtimeModule.forFeature([newsChannel])],
    });
    const client = await app.connect();
    expect(await client.subscribe('news')).toMatchObject({ ok: true });
    expect(app.nest.get(IRealtimeServer)).toBeInstanceOf(Watched);
    expect(opened).toHaveLength(1);
  });
});
