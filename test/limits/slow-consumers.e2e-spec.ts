import { afterEach, describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import type { FixtureProcess } from '../fixture/fixture.process.js';
import { expectCalm } from '../hostile/calm.js';
import { connectClient, request } from '../hostile/honest-client.js';
import { until } from '../kit/until.js';
import { DeafClient } from './deaf-client.js';
import { expectFanOut, FAN_OUTS } from './fan-outs.js';
import { OWN_SUBSCRIPTIONS, startFixture } from './raised.js';

/** One event is about 250 bytes on the wire. */
const TEXT = 'x'.repeat(200);
const ROUND = 2_000;
/** What the kernel may take for a client that does not read, before anything waits in the process. */
const KERNEL_ROUNDS = 60;
const MB = 1_048_576;

describe.each(FAN_OUTS)('on the %s path a client that does not read, but answers pings', (fanOut) => {
  let fixture: FixtureProcess;
  let reader: Socket;
  let received: number[];

  const start = async (options: object): Promise<void> => {
    fixture = await startFixture({ fanOut, ...options });
    reader = await connectClient(fixture, { auth: { token: await fixture.login('reader') } });
    received = [];
    reader.on('rt:event', (_channel: string, _event: string, { n }: { n: number }) => received.push(n));
    await request(reader, 'rt:subscribe', { channel: 't.auth' });
  };
  /** A round is half of what may be queued for a client, and the reader has it before the next round, so it is never the slow one. */
  const publish = async (n: number): Promise<void> => {
    const publication = { channel: 't.auth', event: 'message', payload: { n, text: TEXT }, times: ROUND, perTick: 50 };
    expect((await fixture.control('/publish', publication)).status).toBe(200);
    await until(
      () => received.length,
      (length) => length >= n + ROUND,
    );
  };
  const expectInOrder = (count: number): void =>
    expect(received.slice(0, count)).toEqual(Array.from({ length: count }, (_, n) => n));

  afterEach(async () => {
    reader.disconnect();
    await expectCalm(fixture);
    await expectFanOut(fixture, fanOut);
    expect(await fixture.stop()).toBe(0);
  });

  it('is cut while events are published; memory stays flat and all other clients get everything in order', async () => {
    await start({});
    // the memory that the first rounds need is needed only once
    for (let round = 0; round < 5; round++) await publish(round * ROUND);
    const before = await fixture.stats({ gc: true });
    const deaf = await DeafClient.of(fixture, 'mallory', 't.auth');
    let rounds = 5;
    let most = 0;
    for (let connections = 2; connections === 2 && rounds < KERNEL_ROUNDS; rounds++) {
      await publish(rounds * ROUND);
      deaf.pong();
      const stats = await fixture.stats();
      connections = stats.connections;
      most = Math.max(most, stats.rss);
    }
    const { connections, subscriptions, rss } = await fixture.stats({ gc: true });
    expect({ connections, subscriptions }).toEqual({ connections: 1, subscriptions: 1 + OWN_SUBSCRIPTIONS });
    expect(most - before.rss).toBeLessThan(48 * MB);
    expect(rss - before.rss).toBeLessThan(32 * MB);
    expectInOrder(rounds * ROUND);
    expect(received).toHaveLength(rounds * ROUND);
    expect(deaf.closed).toBe(false);
    deaf.hear();
    await until(
      () => deaf.closed,
      (closed) => closed,
    );
  });

  it('stays with slowConsumer "drop", misses events, and gets new ones when it reads again', async () => {
    await start({ slowConsumer: 'drop' });
    const deaf = await DeafClient.of(fixture, 'patient', 't.auth');
    const before = await fixture.stats({ gc: true });
    for (let round = 0; round < 40; round++) await publish(round * ROUND);
    const { connections, rss } = await fixture.stats({ gc: true });
    expect(connections).toBe(2);
    expect(rss - before.rss).toBeLessThan(48 * MB);
    deaf.pong();
    deaf.hear();
    await until(
      async () => {
        await fixture.control('/publish', { channel: 't.auth', event: 'message', payload: { n: 1_000_000 } });
        return deaf.seen.includes(1_000_000);
      },
      (seen) => seen,
    );
    const seen = deaf.seen.filter((n) => n < 1_000_000);
    expect(seen.length).toBeLessThan(40 * ROUND);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expectInOrder(40 * ROUND);
    deaf.close();
  });

  it.each(['disconnect', 'drop'])(
    'is cut for its unread replies when it keeps sending requests (%s)',
    async (slowConsumer) => {
      await start({ slowConsumer });
      const echo = `["rt:message",${JSON.stringify({ channel: 't.auth', event: 'echo', payload: { text: 'x'.repeat(20_000) } })}]`;
      await expectCut('echo', (id) => `42${id}${echo}`);
    },
  );

  it('is cut for the unread answers when it asks for namespaces that do not exist', async () => {
    await start({});
    await expectCut('namespaces', () => `40/${'x'.repeat(20_000)},`);
  });

  /** Sends until it is cut; the kernel takes some MB first. */
  async function expectCut(userId: string, packet: (id: number) => string): Promise<void> {
    const deaf = await DeafClient.of(fixture, userId, 't.auth');
    const before = await fixture.stats({ gc: true });
    let most = 0;
    let sent = 0;
    await until(
      async () => {
        for (let i = 0; i < 20 && deaf.unsent < MB; i++) deaf.send(packet(sent++ + 10));
        const { connections, rss } = await fixture.stats();
        most = Math.max(most, rss);
        return connections;
      },
      (connections) => connections === 1 || sent > 3_000,
      30_000,
    );
    expect((await fixture.stats()).connections).toBe(1);
    expect(most - before.rss).toBeLessThan(64 * MB);
    deaf.close();
  }
});
