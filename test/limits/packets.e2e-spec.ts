import { afterEach, describe, expect, it } from '@jest/globals';
import type { FixtureProcess } from '../fixture/fixture.process.js';
import { expectCalm, expectNoStall } from '../hostile/calm.js';
import { RawSocket } from '../hostile/raw-socket.js';
import { until } from '../kit/until.js';
import { expectFanOut, FAN_OUTS } from './fan-outs.js';
import { PollingClient } from './polling-client.js';
import { startExactly, startFixture } from './raised.js';

const BYE = '42["rt:bye",{"code":"POLICY","reconnect":false}]';
/** Engine.IO's packet for it. */
const CLOSE = '1';

describe.each(FAN_OUTS)('on the %s path a client that floods', (fanOut) => {
  let fixture: FixtureProcess;

  afterEach(async () => {
    await expectCalm(fixture);
    await expectFanOut(fixture, fanOut);
    expect(await fixture.stop()).toBe(0);
  });

  it.each([
    ['pongs', '3'],
    ['events', '42["nothing"]'],
    ['acks of nothing', '437["x"]'],
    ['malformed requests', '421["rt:message",null]'],
  ])('is cut with POLICY when it sends %s', async (_title, packet) => {
    fixture = await startExactly({ fanOut, limits: { packetsPerSecond: 50 } });
    const socket = await RawSocket.connect(fixture);
    for (let i = 0; i < 1_000; i++) socket.send(packet);
    await socket.until((received) => received === BYE);
    expect(socket.packets).toContain(BYE);
    await until(
      () => socket.closed,
      (closed) => closed,
    );
    expect((await fixture.stats()).connections).toBe(0);
  });

  it('is cut before CONNECT too', async () => {
    fixture = await startExactly({ fanOut, limits: { packetsPerSecond: 50 } });
    const socket = await RawSocket.open(fixture);
    for (let i = 0; i < 1_000; i++) socket.send('3');
    await until(
      () => socket.closed,
      (closed) => closed,
    );
  });

  it('stays connected under the limit', async () => {
    fixture = await startExactly({ fanOut, limits: { packetsPerSecond: 50 } });
    const socket = await RawSocket.connect(fixture);
    for (let i = 0; i < 80; i++) socket.send('3');
    await socket.settle();
    expect(socket.closed).toBe(false);
    await socket.close();
  });

  it('stays connected within a raised message rate: the packet limit rises with it', async () => {
    fixture = await startExactly({ fanOut, limits: { messagesPerSecond: 3_000, messageBurst: 3_000 } });
    const socket = await RawSocket.connect(fixture);
    const replies = await Promise.all(
      Array.from({ length: 2_900 }, () => socket.request('rt:unsubscribe', '{"channel":"t.public"}')),
    );
    expect(replies.filter((reply) => reply?.ok)).toHaveLength(2_900);
    expect(socket.closed).toBe(false);
    await socket.close();
  });

  it('is cut over a raised message rate where the packet limit is set by itself', async () => {
    fixture = await startFixture({ fanOut, limits: { packetsPerSecond: 100 } });
    const socket = await RawSocket.connect(fixture);
    for (let i = 0; i < 1_000; i++) socket.send('42["nothing"]');
    await socket.until((received) => received === BYE);
    expect(socket.packets).toContain(BYE);
  });

  it.each(['3', '42["x"]', '421["rt:message",{}]'])(
    'does not hold the event loop with 50,000 packets %s in one POST',
    async (packet) => {
      fixture = await startExactly({
        fanOut,
        transports: ['polling', 'websocket'],
        limits: { payloadBytes: 2_000_000 },
      });
      await expectNoStall(
        fixture,
        async () => {
          const client = await PollingClient.connect(fixture);
          await client.post(Array.from({ length: 50_000 }, () => packet));
          expect(await client.poll()).toContain(BYE);
          expect(await client.poll()).toContain(CLOSE);
          await until(
            () => fixture.stats(),
            ({ connections }) => connections === 0,
          );
        },
        (before, after) => expect(after.refusals.RATE_LIMITED).toBeGreaterThan(before.refusals.RATE_LIMITED ?? 0),
      );
    },
  );
});
