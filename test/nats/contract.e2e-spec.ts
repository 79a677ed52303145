// Can someone else write a broker? One on NATS JetStream, which knows nothing but the doors, is asked what the port promises.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, IRealtimeConnections, RealtimeModule } from 'nestjs-realtime';
import { brokerContract } from 'nestjs-realtime/testing';
import { z } from 'zod';
import { range, Reader } from '../history/reader.js';
import { boot, closeApps } from '../kit/boot.js';
import { RecordingSink } from '../kit/broker-sink.js';
import { KnownUsers } from '../kit/known-users.js';
import { NatsServer } from '../kit/nats-server.js';
import { until } from '../kit/until.js';
import { NatsBroker } from './nats.broker.js';

const FOLDER = import.meta.dirname;
const log = defineRealtimeChannel({ name: 'logs.{id}', scope: 'public', payload: z.number(), history: { size: 100 } });
const room = defineRealtimeChannel({ name: 'rooms.{id}', scope: 'public', payload: z.number() });

const codeOf = ({ code }: { code?: string }): unknown => code;

let server: NatsServer;
beforeAll(async () => void (server = await NatsServer.start()));
afterAll(() => server.stop());

describe('a broker on NATS', () => {
  it('imports nothing of ours but doors', () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.ts') && !name.endsWith('spec.ts'));
    const imports = files.flatMap((file) =>
      [...readFileSync(join(FOLDER, file), 'utf8').matchAll(/from '([^']+)'/g)].map(([, imported]) => imported),
    );
    const others = new Set(imports.filter((imported) => !/^\.\/|^node:|^@nats-io\//.test(imported)));
    expect([...others].sort()).toEqual(['nestjs-realtime', 'nestjs-realtime/adapters']);
  });

  // Compare-and-set gives offsets without a hole, and of eight writers it often refuses one.
  it.each(brokerContract(() => new NatsBroker(server.address), { optimistic: true }))('$title', ({ run }) => run());

  const named = (nodeId: string) => ({ nodeId, acknowledgeTimeout: 5_000, report: () => '' });

  it('skips what strangers write', async () => {
    const [broker, stranger] = [new NatsBroker(server.address), new NatsBroker(server.address)];
    const sink = new RecordingSink();
    await broker.start(sink, named('broker'));
    await stranger.start(null, named('stranger'));
    await broker.watch('log.a');
    const odd = { channels: ['log.a'], event: 'said', json: '{"torn"' };
    await stranger.publish(odd);
    await stranger.publish(odd, { size: 10, ttlMs: 60_000 });
    await stranger.publish({ ...odd, json: '1' });
    await until(
      () => sink.events.length,
      (count) => count === 1,
    );
    expect([sink.events, sink.frames]).toEqual([[{ ...odd, json: '1' }], []]);
    const position = await broker.publish({ ...odd, json: '2' }, { size: 10, ttlMs: 60_000 });
    expect(await broker.read('log.a', 1)).toMatchObject({
      ...{ epoch: position!.epoch, top: 1 },
      entries: [{ offset: 1 }],
    });
    await Promise.all([broker.stop(), stranger.stop()]);
  });
});

describe('an application of two nodes on NATS', () => {
  afterEach(() => closeApps());

  it('brings its members everything, also after NATS was killed, and disconnects a user on both', async () => {
    const nodes = await Promise.all(
      range(1, 2).map(() =>
        boot({
          imports: [
            RealtimeModule.forRoot({ authenticator: KnownUsers, broker: new NatsBroker(server.address) }),
            RealtimeModule.forFeature([log, room]),
          ],
        }),
      ),
    );
    const [target, plain] = [log.with({ id: '1' }), room.with({ id: '1' })];
    const readers: Reader[] = [];
    for (const node of nodes) readers.push(new Reader(await node.connect({ as: 'ann' }), target.name));
    for (const reader of readers) {
      expect(await reader.subscribe()).toMatchObject({ ok: true });
      await reader.client.subscribe(plain.name);
    }
    const publish = async (n: number) => {
      const options = { idempotencyKey: String(n) };
      const attempt = () => nodes[n % 2].broadcast(target, 'message', n, options).then(() => 'sent', codeOf);
      expect(await until(attempt, (outcome) => outcome !== 'UNAVAILABLE')).toBe('sent');
    };
    for (const n of range(1, 10)) await publish(n);
    server = await NatsServer.start(server.port, await server.kill());
    for (const n of range(11, 20)) await publish(n);
    for (const reader of readers) {
      await until(
        () => reader.offsets,
        (offsets) => offsets.at(-1) === 20,
      );
      expect(reader.offsets).toEqual(range(1, 20));
    }
    await nodes[0].broadcast(plain, 1);
    for (const { client } of readers) {
      await until(() => client.events.some(({ channel }) => channel === plain.name), Boolean);
    }
    await nodes[0].nest.get(IRealtimeConnections).disconnect({ userId: 'ann' });
    await Promise.all(readers.map(({ client }) => client.closed));
  });
});
