// What does an application learn when the engine loses events that its client has heard? With nodes whose engine loses what the test wants.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createRealtimeClient, type RealtimeClient } from '@nestjs-realtime/client';
import { defineRealtimeChannel, RealtimeModule } from 'nestjs-realtime';
import { z } from 'zod';
import { reached, reasonOf } from '../../libs/client/test/reached.js';
import { range } from '../history/reader.js';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { LogEngine } from '../kit/log-engine.js';
import { until } from '../kit/until.js';

const room = defineRealtimeChannel({
  name: 'rooms.{roomId}',
  scope: 'public',
  payload: z.number(),
  history: { size: 50 },
});
const target = room.with({ roomId: '1' });

describe('clients of two nodes whose engine loses events', () => {
  let engine: LogEngine;
  let nodes: TestApp[];
  let clients: RealtimeClient[];

  beforeEach(async () => {
    engine = new LogEngine();
    nodes = [];
    for (const _node of range(1, 2)) {
      nodes.push(
        await boot({
          imports: [RealtimeModule.forRoot({ broker: engine.node() }), RealtimeModule.forFeature([room])],
        }),
      );
    }
    clients = nodes.map(({ url }) => createRealtimeClient({ url, retryDelay: 5, maxRetryDelay: 50 }));
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await closeApps();
  });

  function open(client: RealtimeClient) {
    const handle = client.channel(target);
    const heard: number[] = [];
    const statuses: unknown[] = [];
    handle.on('message', (n) => heard.push(n));
    handle.onStatus((status) =>
      statuses.push([status.state, reasonOf({ status })?.code, 'gap' in status && status.gap]),
    );
    return { handle, heard, statuses };
  }
  const heardUpTo = (heard: number[], last: number) =>
    until(
      () => heard,
      (all) => all.at(-1) === last,
    );

  it('are told, come back by themselves, and hear what comes then', async () => {
    const all = clients.map(open);
    await Promise.all(all.map(({ handle }) => handle.ready()));
    for (const n of range(1, 3)) await nodes[0].broadcast(target, n);
    for (const { heard } of all) await heardUpTo(heard, 3);
    const away = all.map(({ handle }) => reached(handle, 'subscribing'));
    engine.lose(target.name, 2);
    await nodes[1].broadcast(target, 4);
    await Promise.all(away);
    await Promise.all(all.map(({ handle }) => handle.ready()));
    await nodes[0].broadcast(target, 5);
    for (const { heard, statuses, handle } of all) {
      await heardUpTo(heard, 5);
      expect(heard.filter((n) => n !== 4)).toEqual([1, 2, 3, 5]);
      expect(statuses).toEqual([
        ['subscribed', undefined, false],
        ['subscribing', 'INSUFFICIENT_STATE', false],
        ['subscribed', undefined, true],
      ]);
      expect(handle.status).toMatchObject({ gap: true, replayed: 0 });
    }
  });

  it('miss nothing where frames are lost and doubled between the engine and the nodes', async () => {
    const all = clients.map(open);
    await Promise.all(all.map(({ handle }) => handle.ready()));
    for (const n of range(1, 40)) {
      engine.wire = (frame, send) => [[], [frame], [frame, frame]][n % 3].forEach(send);
      await nodes[n % 2].broadcast(target, n);
    }
    engine.wire = (frame, send) => send(frame);
    await nodes[0].broadcast(target, 41);
    for (const { heard } of all) {
      await heardUpTo(heard, 41);
      expect(heard).toEqual(range(1, 41));
    }
  });
});
