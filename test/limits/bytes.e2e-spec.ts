import { afterEach, describe, expect, it } from '@jest/globals';
import type { FixtureProcess } from '../fixture/fixture.process.js';
import { expectCalm } from '../hostile/calm.js';
import { frameOf, FrameSocket, times } from '../hostile/frame-socket.js';
import { RawSocket } from '../hostile/raw-socket.js';
import { until } from '../kit/until.js';
import { expectFanOut, FAN_OUTS } from './fan-outs.js';
import { PollingClient } from './polling-client.js';
import { startExactly } from './raised.js';

const BYE = '42["rt:bye",{"code":"POLICY","reconnect":false}]';
const MB = 1_048_576;
const LIMITS = { bytesPerSecond: 10_000, byteBurst: 200_000 };
/** One byte too large for a frame is what ends a connection otherwise. */
const FRAME = 65_000;

const padded = (start: string, end: string): string => start + 'x'.repeat(FRAME - start.length - end.length) + end;

describe.each(FAN_OUTS)('on the %s path the bytes of a client', (fanOut) => {
  let fixture: FixtureProcess;

  afterEach(async () => {
    await expectCalm(fixture);
    await expectFanOut(fixture, fanOut);
    expect(await fixture.stop()).toBe(0);
  });

  it.each([
    ['events', padded('42["nothing","', '"]')],
    ['requests', padded('421["rt:message",{"channel":"t.auth","event":"raw","payload":"', '"}]')],
    ['acks of nothing', padded('437["', '"]')],
    ['pongs', padded('3', '')],
  ])('over the limit end the connection as POLICY: %s', async (_title, packet) => {
    fixture = await startExactly({ fanOut, limits: LIMITS });
    const socket = await RawSocket.connect(fixture);
    for (let i = 0; i < 3; i++) socket.send(packet);
    await socket.settle();
    expect(socket.closed).toBe(false);
    for (let i = 0; i < 3; i++) socket.send(packet);
    await socket.until((received) => received === BYE);
    expect(socket.packets).toContain(BYE);
    expect((await fixture.stats()).connections).toBe(0);
    expect((await fixture.stats()).refusals.RATE_LIMITED).toBeGreaterThan(0);
  });

  it.each([
    ['pongs', padded('3', '')],
    ['CONNECT of other namespaces', padded('40/', ',')],
  ])('are bounded before CONNECT: %s', async (_title, packet) => {
    fixture = await startExactly({ fanOut, limits: LIMITS });
    const socket = await RawSocket.open(fixture);
    for (let i = 0; i < 6; i++) socket.send(packet);
    await socket.until(() => false);
    expect(socket.closed).toBe(true);
  });

  it('count where they come in fragments and control frames', async () => {
    fixture = await startExactly({ fanOut, limits: LIMITS });
    const socket = await FrameSocket.connect(fixture);
    const fragments = [frameOf('text', '3', { final: false }), frameOf('continuation', 'x'.repeat(FRAME))];
    for (let i = 0; i < 5; i++) socket.write(Buffer.concat(fragments));
    for (let i = 0; i < 100; i++) socket.write(frameOf('ping', 'x'.repeat(125)));
    await socket.ended();
    expect(socket.texts).toContain(BYE);
  });

  it('that come one by one, as the segments of a frame without end, close the connection', async () => {
    fixture = await startExactly({ fanOut });
    const socket = await FrameSocket.connect(fixture);
    socket.write(frameOf('text', 'x'.repeat(FRAME)).subarray(0, 8));
    for (let i = 0; i < FRAME - 1_000 && !socket.closed; i++) await socket.writeNow('x');
    expect(socket.closed).toBe(true);
    socket.destroy();
  });

  it('are not decoded while requests wait that have been: a burst of many clients takes little memory', async () => {
    fixture = await startExactly({ fanOut });
    const before = await fixture.stats({ gc: true });
    const sockets = await Promise.all(Array.from({ length: 6 }, () => FrameSocket.connect(fixture)));
    const request = frameOf('text', `42["nothing",[${Array(1_320).fill('{}').join(',')}]]`);
    for (const socket of sockets) socket.write(times(450, request));
    for (const socket of sockets) socket.write(frameOf('text', '421["nothing"]'));
    let over = false;
    const answered = Promise.all(
      sockets.map((socket) => socket.until(() => socket.texts.some((text) => text.startsWith('431')))),
    ).then(() => (over = true));
    let most = 0;
    await until(
      () => fixture.stats(),
      ({ rss }) => {
        most = Math.max(most, rss);
        return over;
      },
    );
    await answered;
    expect(sockets.map(({ closed }) => closed)).toEqual(sockets.map(() => false));
    expect(most - before.rss).toBeLessThan(128 * MB);
    for (const socket of sockets) socket.destroy();
  });

  it('count where they come by polling', async () => {
    fixture = await startExactly({ fanOut, transports: ['polling', 'websocket'], limits: LIMITS });
    const client = await PollingClient.connect(fixture);
    for (let i = 0; i < 3; i++) await client.post([padded('42["nothing","', '"]')]);
    expect((await fixture.stats()).connections).toBe(1);
    await client.post([padded('42["nothing","', '"]')]);
    expect(await client.poll()).toContain(BYE);
  });

  it('stay under the default limit in a burst of the largest messages', async () => {
    fixture = await startExactly({ fanOut });
    const socket = await RawSocket.connect(fixture, await fixture.login('alice'));
    await socket.request('rt:subscribe', '{"channel":"t.auth"}');
    const echo = (size: number): Promise<unknown> =>
      socket.request(
        'rt:message',
        `{"channel":"t.auth","event":"raw","payload":${JSON.stringify({ x: 'x'.repeat(size) })}}`,
      );
    const replies = await Promise.all(Array.from({ length: 38 }, () => echo(64_000)));
    expect(replies).toEqual(Array(38).fill(expect.objectContaining({ ok: true })));
    expect(socket.closed).toBe(false);
    await socket.close();
  });

  it('by default are a few megabytes at once and no more', async () => {
    fixture = await startExactly({ fanOut });
    const socket = await RawSocket.open(fixture);
    const packet = padded('3', '');
    for (let i = 0; i < 1_000; i++) socket.send(packet);
    await socket.until(() => false);
    expect(socket.closed).toBe(true);
    expect((await fixture.stats()).refusals.RATE_LIMITED).toBe(1);
  });

  it('rise with the largest payload', async () => {
    fixture = await startExactly({ fanOut, limits: { payloadBytes: 2_000_000 } });
    const socket = await RawSocket.connect(fixture);
    for (let i = 0; i < 3; i++) socket.send(`42["nothing","${'x'.repeat(1_900_000)}"]`);
    await socket.settle();
    expect(socket.closed).toBe(false);
    await socket.close();
  });
});
