import { afterEach, describe, expect, it } from '@jest/globals';
import type { FixtureProcess } from '../fixture/fixture.process.js';
import { expectCalm, expectNoStall } from '../hostile/calm.js';
import { frameOf, FrameSocket, times } from '../hostile/frame-socket.js';
import { until } from '../kit/until.js';
import { expectFanOut, FAN_OUTS } from './fan-outs.js';
import { PollingClient } from './polling-client.js';
import { startExactly } from './raised.js';

const BYE = '42["rt:bye",{"code":"POLICY","reconnect":false}]';
const MB = 1_048_576;
/** A bucket of 100, and what it refills while the test runs. */
const LIMITS = { packetsPerSecond: 50 };
const MOST = 150;

describe.each(FAN_OUTS)('on the %s path control frames of WebSocket', (fanOut) => {
  let fixture: FixtureProcess;

  afterEach(async () => {
    await expectCalm(fixture);
    await expectFanOut(fixture, fanOut);
    expect(await fixture.stop()).toBe(0);
  });

  it('are answered within the packet limit, each by its own data', async () => {
    fixture = await startExactly({ fanOut, limits: LIMITS });
    const socket = await FrameSocket.connect(fixture);
    for (let i = 0; i < 40; i++) socket.write(frameOf('ping', `ping ${i}`));
    socket.write(times(40, frameOf('pong', 'nobody asked')));
    await socket.until(() => socket.pongs.length === 40);
    expect(socket.pongs).toEqual(Array.from({ length: 40 }, (_, i) => `ping ${i}`));
    expect(socket.closed).toBe(false);
    socket.destroy();
  });

  it.each(['ping', 'pong'] as const)('over the packet limit end the connection as POLICY: %s', async (opcode) => {
    fixture = await startExactly({ fanOut, limits: LIMITS });
    const socket = await FrameSocket.connect(fixture);
    socket.write(times(5_000, frameOf(opcode)));
    await socket.ended();
    expect(socket.texts).toContain(BYE);
    expect(socket.pongs.length).toBeLessThan(MOST);
    expect((await fixture.stats()).refusals.RATE_LIMITED).toBe(1);
    expect((await fixture.stats()).connections).toBe(0);
  });

  it('share their limit with other packets', async () => {
    fixture = await startExactly({ fanOut, limits: LIMITS });
    const socket = await FrameSocket.connect(fixture);
    socket.write(Buffer.concat([times(75, frameOf('ping')), times(75, frameOf('text', '3'))]));
    await socket.ended();
    expect(socket.texts).toContain(BYE);
    expect(socket.pongs).toHaveLength(75);
  });

  it('between the fragments of a message are counted too', async () => {
    fixture = await startExactly({ fanOut, limits: LIMITS });
    const socket = await FrameSocket.connect(fixture);
    socket.write(Buffer.concat([frameOf('text', '42', { final: false }), times(5_000, frameOf('ping'))]));
    await socket.ended();
    expect(socket.texts).toContain(BYE);
    expect(socket.pongs.length).toBeLessThan(MOST);
  });

  it('are counted before CONNECT', async () => {
    fixture = await startExactly({ fanOut, limits: LIMITS });
    const socket = await FrameSocket.open(fixture);
    socket.write(times(5_000, frameOf('ping')));
    await socket.ended();
    expect(socket.pongs.length).toBeLessThan(MOST);
  });

  it('are counted before Engine.IO knows the transport: in the segment of the upgrade', async () => {
    fixture = await startExactly({ fanOut, limits: LIMITS });
    const socket = await FrameSocket.upgrade(fixture, { rest: times(5_000, frameOf('ping')) });
    await socket.ended();
    expect(socket.pongs.length).toBeLessThan(MOST);
  });

  it('of 200,000 at once do not hold the event loop', async () => {
    fixture = await startExactly({ fanOut });
    await expectNoStall(fixture, async () => {
      const socket = await FrameSocket.connect(fixture);
      socket.write(times(200_000, frameOf('ping', 'x'.repeat(100))));
      await socket.ended();
      expect(socket.texts).toContain(BYE);
      expect(socket.pongs.length).toBeLessThan(1_500);
      socket.destroy();
    });
  });

  describe('of a client that upgrades from polling', () => {
    const start = async (): Promise<PollingClient> => {
      fixture = await startExactly({ fanOut, transports: ['polling', 'websocket'], limits: LIMITS });
      return PollingClient.connect(fixture);
    };
    const probe = (client: PollingClient): Promise<FrameSocket> =>
      FrameSocket.upgrade(fixture, { query: `&sid=${client.sid}` });

    it.each([
      ['pings', frameOf('ping')],
      ['probes', frameOf('text', '2probe')],
    ])('are counted while it probes: %s', async (_what, frame) => {
      const socket = await probe(await start());
      socket.write(times(5_000, frame));
      await socket.ended();
      expect(socket.pongs.length + socket.texts.length).toBeLessThan(MOST);
    });

    it('share their limit with what it sent by polling', async () => {
      const client = await start();
      await client.post(Array<string>(70).fill('3'));
      const socket = await probe(client);
      socket.write(frameOf('text', '2probe'));
      await socket.until(() => socket.texts.includes('3probe'));
      socket.write(Buffer.concat([frameOf('text', '5'), times(70, frameOf('ping'))]));
      await socket.ended();
      expect(socket.texts).toContain(BYE);
      expect(socket.pongs.length).toBeLessThan(60);
    });
  });

  it('of a client that does not read are cut off with what waits for it, and take no memory', async () => {
    const rates = { packetsPerSecond: 10_000_000, bytesPerSecond: 1_000 * MB, byteBurst: 1_000 * MB };
    fixture = await startExactly({ fanOut, limits: rates });
    const socket = await FrameSocket.connect(fixture);
    const before = await fixture.stats({ gc: true });
    socket.pause();
    const segment = times(500, frameOf('ping', 'x'.repeat(125)));
    let sent = 0;
    let most = 0;
    await until(
      async () => {
        for (let i = 0; i < 20 && socket.unsent < MB; i++, sent += segment.length) socket.write(segment);
        const { connections, rss } = await fixture.stats();
        most = Math.max(most, rss);
        return connections;
      },
      (connections) => connections === 0 || sent > 200 * MB,
    );
    expect((await fixture.stats()).connections).toBe(0);
    expect(most - before.rss).toBeLessThan(48 * MB);
    socket.destroy();
  });
});
