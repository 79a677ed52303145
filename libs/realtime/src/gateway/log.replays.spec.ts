import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { z } from 'zod';
import { BrokerCounts } from '../broker/broker.counts.js';
import { ChannelLogs } from '../broker/channel.logs.js';
import { InMemoryRealtimeBroker } from '../broker/in-memory.broker.js';
import type { LogEntry } from '../broker/log-frame.js';
import { PlainInterest } from '../broker/plain.interest.js';
import { RoomRecordings } from '../broker/room.recordings.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import type { ChannelMatch } from '../connections/channel-match.js';
import { Membership } from '../connections/channel.membership.js';
import type { EncodedEvent, ReplayedEvent } from '../connections/encoded-event.js';
import { LiveConnection } from '../connections/live.connection.js';
import { RealtimeCounters } from '../connections/realtime.counters.js';
import type { IRealtimeServer } from '../connections/realtime.server.js';
import { PayloadSchemaCompiler } from '../payloads/payload-schema.compiler.js';
import { NoopTracer } from '../instrumentation/realtime.tracer.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { resolveOptions } from '../realtime.settings.js';
import { ChannelEvictions } from './channel.evictions.js';
import { LogReplays } from './log.replays.js';

const log = defineRealtimeChannel({ name: 'log', scope: 'public', payload: z.string(), history: true });
const TEXT = JSON.stringify('x'.repeat(100_000));

/** A client that takes a piece when the test says so. */
class Client extends LiveConnection {
  readonly pieces: (number | undefined)[][] = [];
  readonly notices: unknown[] = [];
  isCutOff = false;
  take: () => void = () => undefined;

  override get handshake(): never {
    throw new Error('there is none');
  }
  override acceptAuth(): void {}
  override readonly client = null;
  override replay(_channel: string, events: readonly ReplayedEvent[]): Promise<void> {
    this.pieces.push(events.map(({ offset }) => offset));
    return new Promise((resolve) => (this.take = resolve));
  }
  override cutOff(): void {
    this.isCutOff = true;
  }
  protected override enter(match: ChannelMatch): ChannelMatch {
    this.notices.push('member');
    return match;
  }
  protected override exit(): void {}
  protected override notify(frame: string, body: unknown): void {
    this.notices.push([frame, body]);
  }
  override disconnect(): void {}
}

async function world(recoverBytes = 10_000_000, before: (client: Client) => void = () => undefined) {
  const registry = new HandlerRegistry(new PayloadSchemaCompiler(null), new NoopTracer());
  registry.registerChannel(log);
  const match = registry.match('log')!;
  const broker = new InMemoryRealtimeBroker();
  const options = resolveOptions({ recoverBytes });
  const server = { deliver: (_event: EncodedEvent) => 0, connectionsIn: () => [] } as unknown as IRealtimeServer;
  const logs = new ChannelLogs(broker, options, new Membership(), server, new BrokerCounts(), new NoopTracer());
  await broker.start({
    receive: (frame) => logs.receive(frame),
    deliver: () => undefined,
    act: () => Promise.resolve(),
    renewAll: () => Promise.resolve(),
    gone: () => undefined,
    rejoined: () => undefined,
  });
  const counters = new RealtimeCounters();
  const replays = new LogReplays(
    logs,
    new ChannelEvictions(new RealtimeHooks(), server, logs),
    options,
    counters,
    new RoomRecordings(),
    new PlainInterest(broker, new Membership(), new BrokerCounts()),
  );
  const publish = () =>
    broker.publish({ channels: ['log'], event: 'message', json: TEXT }, { size: 100, ttlMs: 60_000 });
  const client = new Client('c1');
  const followed = logs.hold(match);
  await followed.whenLive();
  for (let n = 0; n < 6; n++) await publish();
  before(client);
  const entries: readonly LogEntry[] = (await broker.read('log', 1)).entries;
  replays.enter(client, match, { position: followed.position, recovered: true, entries });
  return { client, publish, counters, logs, replays, match };
}

describe('a replay in pieces', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());
  const turn = () => jest.advanceTimersByTimeAsync(0);

  it('sends the next piece when the client has taken one, and makes it a member behind the last', async () => {
    const { client, publish, counters } = await world();
    expect(client.pieces).toEqual([[1, 2]]);
    expect(counters.holdings()).toMatchObject({ replays: 1 });
    await publish();
    for (const piece of [[3, 4], [5, 6], [7]]) {
      expect(client.notices).toEqual([]);
      client.take();
      await turn();
      expect(client.pieces.at(-1)).toEqual(piece);
    }
    client.take();
    await turn();
    expect(client.notices).toEqual(['member']);
    expect(counters.holdings()).toMatchObject({ replays: 0 });
  });

  it('cuts off a client that has not taken all of it after 30 seconds', async () => {
    const { client, counters } = await world();
    await jest.advanceTimersByTimeAsync(20_000);
    client.take();
    await jest.advanceTimersByTimeAsync(9_999);
    expect(client.isCutOff).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(client.isCutOff).toBe(true);
    expect(counters.holdings()).toMatchObject({ replays: 0 });
  });

  it('ends with INSUFFICIENT_STATE for a client behind which too much waits', async () => {
    const { client, publish } = await world(250_000);
    for (let n = 0; n < 3; n++) await publish();
    client.take();
    await turn();
    expect(client.notices).toEqual([['rt:evicted', { channel: 'log', code: 'INSUFFICIENT_STATE', retryable: true }]]);
    expect(client.subscriptions.has('log')).toBe(false);
  });

  it('begins with a state, which a client may take for itself before live events, however large it is', async () => {
    const { client, publish, replays, match, counters } = await world();
    client.leave('log');
    client.take();
    await turn();
    client.pieces.length = 0;
    const json = JSON.stringify('x'.repeat(1_000_000));
    replays.enter(client, match, { snapshot: { event: { event: 'snapshot', json } }, entries: [] });
    await publish();
    expect([client.pieces, client.notices]).toEqual([[[undefined]], []]);
    client.take();
    await turn();
    expect([client.pieces, client.notices]).toEqual([[[undefined], [7]], []]);
    client.take();
    await turn();
    expect([client.notices, counters.holdings().replays]).toEqual([['member'], 0]);
  });

  it('is none for a client that was told to leave', async () => {
    const { client, counters } = await world(undefined, (departing) =>
      departing.announceEnd({ code: 'SHUTDOWN', reconnect: true }),
    );
    expect(client.pieces.flat()).toEqual([]);
    expect(counters.holdings()).toMatchObject({ replays: 0 });
  });

  it('ends for a client that leaves', async () => {
    const { client } = await world();
    client.leave('log');
    client.take();
    await turn();
    expect(client.pieces).toHaveLength(1);
    expect(client.notices).toEqual([]);
  });
});
