// What do nodes hear of each other on channels without history? What their members need, and nothing else.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, IRealtimeBroadcaster, RealtimeModule } from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { type EngineBroker, LogEngine } from '../kit/log-engine.js';
import { until } from '../kit/until.js';

const room = defineRealtimeChannel({
  name: 'rooms.{roomId}',
  scope: 'public',
  events: { said: z.number(), later: z.number() },
  messages: { wave: { payload: z.number(), whisper: true } },
});
const target = room.with({ roomId: '1' });

let engine: LogEngine;
let brokers: EngineBroker[];
let nodes: TestApp[];

beforeEach(async () => {
  engine = new LogEngine();
  brokers = [engine.node(), engine.node()];
  nodes = [];
  for (const broker of brokers) {
    nodes.push(
      await boot({
        imports: [RealtimeModule.forRoot({ broker, requestTimeout: 5_000 }), RealtimeModule.forFeature([room])],
      }),
    );
  }
});
afterEach(closeApps);

const say = (node: number, n: number) => nodes[node].broadcast(target, 'said', n);

describe('a channel without history', () => {
  it('reaches members on other nodes from the reply on, and each of them once', async () => {
    const clients = [await nodes[0].connect(), await nodes[1].connect()];
    for (const client of clients) await client.subscribe(target.name);
    await say(0, 1);
    await say(1, 2);
    for (const client of clients) {
      await until(
        () => client.events.length,
        (length) => length >= 2,
      );
      await client.settle();
      expect(client.events.map(({ payload }) => payload)).toEqual([1, 2]);
    }
  });

  it('is watched only where it has members, and while a client is on its way in', async () => {
    let confirm = (): void => undefined;
    engine.delay = () => new Promise((resolve) => (confirm = resolve));
    const client = await nodes[1].connect();
    const reply = client.subscribe(target.name);
    const early = await Promise.race([reply.then(() => 'reply'), client.settle().then(() => 'no reply yet')]);
    expect(early).toBe('no reply yet');
    confirm();
    expect(await reply).toMatchObject({ ok: true });
    expect([...brokers[0].watched]).toEqual([]);
    expect([...brokers[1].watched]).toEqual([target.name]);
  });

  it('carries whispers, exclusions and events for one party to members of other nodes', async () => {
    const clients = [await nodes[0].connect(), await nodes[1].connect(), await nodes[1].connect()];
    for (const client of clients) await client.subscribe(target.name);
    const { connectionId } = await clients[1].welcome();
    const realtime = nodes[0].nest.get(IRealtimeBroadcaster);
    await clients[0].send(target.name, 'wave', 1);
    await realtime.broadcast(target, 'said', 2, { except: { connectionId } });
    await realtime.send({ connectionId }, target, 'said', 3);
    await say(0, 4);
    for (const client of clients) {
      await until(
        () => client.events.at(-1)?.payload,
        (payload) => payload === 4,
      );
    }
    const heard = clients.map(({ events }) => events.map(({ payload }) => payload));
    const wave = { userId: null, payload: 1 };
    expect(heard).toEqual([
      [2, 4],
      [wave, 3, 4],
      [wave, 2, 4],
    ]);
  });

  it('does not pass on an event that this release does not declare', async () => {
    const client = await nodes[1].connect();
    await client.subscribe(target.name);
    brokers[1].sink!.deliver({ channels: [target.name], event: 'x"],["y', json: '1' });
    brokers[1].sink!.deliver({ channels: [target.name], event: 'toString', json: '1' });
    brokers[1].sink!.deliver({ channels: [target.name], event: 'said', json: '1', except: 7 as never });
    brokers[1].sink!.deliver({ channels: 7 as never, event: 'said', json: '1' });
    brokers[1].sink!.deliver({ channels: ['rooms.2'], event: 'said', json: '1' });
    await say(0, 2);
    await until(
      () => client.events,
      (events) => events.length > 0,
    );
    expect(client.events.map(({ payload }) => payload)).toEqual([2]);
  });

  it('is entered while the engine is away, and hears of other nodes when it is back', async () => {
    engine.goAway();
    const client = await nodes[1].connect();
    expect(await client.subscribe(target.name)).toMatchObject({ ok: true });
    await say(1, 1);
    engine.comeBack();
    await until(
      () => brokers[1].watched.has(target.name),
      (isWatched) => isWatched,
    );
    await say(0, 2);
    await until(
      () => client.events.length,
      (length) => length >= 2,
    );
    expect(client.events.map(({ payload }) => payload)).toEqual([1, 2]);
  });
});
