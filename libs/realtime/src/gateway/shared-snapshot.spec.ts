import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { z } from 'zod';
import { LogEngine } from '../../../../test/kit/log-engine.js';
import { BrokerCounts } from '../broker/broker.counts.js';
import { ChannelLogs } from '../broker/channel.logs.js';
import { InMemoryRealtimeBroker } from '../broker/in-memory.broker.js';
import { PlainInterest } from '../broker/plain.interest.js';
import type { IRealtimeBroker } from '../broker/realtime.broker.js';
import { RoomRecordings } from '../broker/room.recordings.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import { Membership } from '../connections/channel.membership.js';
import type { EncodedEvent, LoggedEvent } from '../connections/encoded-event.js';
import type { IRealtimeServer } from '../connections/realtime.server.js';
import { NoopTracer } from '../instrumentation/realtime.tracer.js';
import { PayloadSchemaCompiler } from '../payloads/payload-schema.compiler.js';
import { resolveOptions } from '../realtime.settings.js';
import { ChannelSnapshots } from './channel.snapshots.js';
import type { Entrance } from './entrance.js';

const declared = { scope: 'public', payload: z.number(), snapshot: z.number() } as const;
const channels = [
  defineRealtimeChannel({ ...declared, name: 'kept', history: true }),
  defineRealtimeChannel({ ...declared, name: 'bare' }),
];

async function world(name: string, broker: IRealtimeBroker = new InMemoryRealtimeBroker(), requestTimeout = 5_000) {
  const registry = new HandlerRegistry(new PayloadSchemaCompiler(null), new NoopTracer());
  for (const channel of channels) registry.registerChannel(channel);
  const match = registry.match(name)!;
  const options = resolveOptions({ requestTimeout });
  const server = { deliver: (_event: EncodedEvent) => 0 } as unknown as IRealtimeServer;
  const membership = new Membership();
  const logs = new ChannelLogs(broker, options, membership, server, new BrokerCounts(), new NoopTracer());
  const rooms = new RoomRecordings();
  const ignored = () => Promise.resolve();
  await broker.start(
    {
      ...{ receive: (frame) => logs.receive(frame), deliver: () => undefined, act: ignored },
      ...{ renewAll: ignored, gone: () => undefined, rejoined: () => undefined },
    },
    { nodeId: 'node', acknowledgeTimeout: 5_000, report: () => '' },
  );
  const snapshots = new ChannelSnapshots(
    logs,
    rooms,
    new PlainInterest(broker, membership, new BrokerCounts()),
    options,
  );
  const calls: ((event: LoggedEvent) => void)[] = [];
  match.registered.snapshot!.source = {
    place: 'here',
    supply: () => new Promise((resolve) => calls.push(resolve)),
  };
  const answer = (n = calls.length) => calls.at(-1)!({ event: 'snapshot', json: String(n) });
  const say = async (n: number) => {
    const event = { channels: [name], event: 'message', json: String(n) };
    if (name === 'kept') await broker.publish(event, { size: 100, ttlMs: 60_000 });
    else rooms.add(event);
  };
  const enter = () => {
    const entrance = snapshots.enter(match, undefined);
    return { entrance, prepared: entrance.prepare() };
  };
  return { broker, snapshots, logs, rooms, calls, answer, say, enter };
}

/** What one hears that becomes a member now. */
function heard(entrance: Entrance): unknown[] | null {
  const standing = entrance.take();
  return standing && [standing.snapshot, ...standing.entries].map((each) => Number(each!.event.json));
}

describe.each(['kept', 'bare'])('the state of a %s channel', (name) => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());
  const turn = () => jest.advanceTimersByTimeAsync(0);

  it('is asked for once where 5,000 subscribe while it is read, and a second after it', async () => {
    const { calls, answer, say, enter } = await world(name);
    const early = Array.from({ length: 2_500 }, enter);
    await turn();
    await say(10);
    const later = Array.from({ length: 2_500 }, enter);
    answer();
    for (const { entrance, prepared } of [...early, ...later]) {
      await prepared;
      expect(heard(entrance)).toEqual([1, 10]);
      entrance.close();
    }
    await jest.advanceTimersByTimeAsync(999);
    await say(11);
    const last = enter();
    await last.prepared;
    expect([heard(last.entrance), calls.length]).toEqual([[1, 10, 11], 1]);
    last.entrance.close();
    await jest.advanceTimersByTimeAsync(1);
    const next = enter();
    await turn();
    answer();
    await next.prepared;
    expect([heard(next.entrance), calls.length]).toEqual([[2], 2]);
  });

  it('can be taken by who waited for others of its batch, though it is shared no longer', async () => {
    const { answer, say, enter } = await world(name);
    const { entrance, prepared } = enter();
    await turn();
    answer();
    await prepared;
    await jest.advanceTimersByTimeAsync(2_000);
    await say(10);
    expect(heard(entrance)).toEqual([1, 10]);
  });

  it('is asked for again after the time of a request, though the first call may still answer those who wait', async () => {
    const { calls, answer, enter } = await world(name);
    enter();
    await jest.advanceTimersByTimeAsync(4_999);
    enter();
    await turn();
    expect(calls).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    const { entrance, prepared } = enter();
    await turn();
    answer();
    await prepared;
    expect([heard(entrance), calls.length]).toEqual([[2], 2]);
  });

  it('is no longer recorded, and keeps nothing, once it is shared no longer and all have taken it', async () => {
    const { logs, rooms, answer, enter } = await world(name);
    const { entrance, prepared } = enter();
    await turn();
    answer();
    await prepared;
    await jest.advanceTimersByTimeAsync(1_000);
    expect([rooms.size, logs.size]).toEqual(name === 'bare' ? [1, 0] : [0, 1]);
    entrance.close();
    await jest.advanceTimersByTimeAsync(5_000);
    expect([rooms.size, logs.size]).toEqual([0, 0]);
  });

  it('is recorded on all nodes for as long as it is asked for, though the first who asked has left', async () => {
    const broker = new LogEngine().node();
    const { enter, calls } = await world(name, broker, 20_000);
    const { entrance } = enter();
    await turn();
    entrance.close();
    await jest.advanceTimersByTimeAsync(19_000);
    expect([calls.length, [...broker.watched]]).toEqual([1, [name]]);
    await jest.advanceTimersByTimeAsync(6_000);
    expect([...broker.watched]).toEqual([]);
  });

  it('is dropped at once when the application has closed', async () => {
    const { broker, snapshots, logs, rooms, enter } = await world(name);
    const { entrance } = enter();
    await turn();
    entrance.close();
    snapshots.onApplicationShutdown();
    logs.onApplicationShutdown();
    await broker.stop();
    expect([rooms.size, logs.size, jest.getTimerCount()]).toEqual([0, 0, 0]);
  });
});
