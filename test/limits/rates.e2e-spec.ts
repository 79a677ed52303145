import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { FixtureProcess } from '../fixture/fixture.process.js';
import { RawSocket, type Reply } from '../hostile/raw-socket.js';
import { expectCalm } from '../hostile/calm.js';
import { expectFanOut, FAN_OUTS } from './fan-outs.js';
import { startExactly } from './raised.js';

const ECHO = '{"channel":"t.auth","event":"echo","payload":{"text":"x"}}';
const codeOf = (reply: Reply | null): string => (reply!.ok ? 'ok' : reply!.error!.code);

describe.each(FAN_OUTS)('on the %s path a client that asks too often', (fanOut) => {
  let fixture: FixtureProcess;

  const connect = async (limits: Record<string, number>): Promise<RawSocket> => {
    fixture = await startExactly({ fanOut, limits });
    return RawSocket.connect(fixture, await fixture.login('alice'));
  };

  afterEach(async () => {
    await expectCalm(fixture);
    await expectFanOut(fixture, fanOut);
    expect(await fixture.stop()).toBe(0);
  });

  it('is answered up to the burst, then gets RATE_LIMITED with a delay, and is served after it', async () => {
    const socket = await connect({ messagesPerSecond: 2, messageBurst: 10 });
    const connectedAt = performance.now();
    await socket.request('rt:subscribe', '{"channel":"t.auth"}');
    const replies = await Promise.all(Array.from({ length: 100 }, () => socket.request('rt:message', ECHO)));
    const codes = replies.map(codeOf);
    expect(codes.slice(0, 9)).toEqual(Array(9).fill('ok'));
    // on a slow machine two more tokens arrive per second
    const earned = Math.ceil(((performance.now() - connectedAt) / 1_000) * 2);
    expect(codes.filter((code) => code === 'ok').length).toBeLessThanOrEqual(10 + earned);
    expect(codes.at(-1)).toBe('RATE_LIMITED');
    const { retryAfterMs, ...error } = replies.at(-1)!.error as { retryAfterMs?: number };
    expect(error).toEqual({ code: 'RATE_LIMITED', message: expect.any(String), retryable: true });
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(500);
    await setTimeout(retryAfterMs);
    expect(codeOf(await socket.request('rt:message', ECHO))).toBe('ok');
    expect(socket.answeredTwice).toBe(0);
    await socket.close();
  });

  it('pays one token for a batch of 100 channels', async () => {
    const socket = await connect({ messagesPerSecond: 1, messageBurst: 3 });
    const batch = JSON.stringify(Array.from({ length: 100 }, (_, i) => ({ channel: `t.room.r${i}` })));
    const replies = await Promise.all([
      socket.request('rt:subscribe', batch) as Promise<unknown>,
      socket.request('rt:unsubscribe', '{"channel":"t.public"}'),
      socket.request('rt:unsubscribe', '{"channel":"t.public"}'),
    ]);
    expect((replies[0] as Reply[]).filter(({ ok }) => ok)).toHaveLength(100);
    expect(replies.slice(1)).toEqual(Array(2).fill({ ok: true, channel: 't.public' }));
    const refused = await Promise.all(
      Array.from({ length: 40 }, () => socket.request('rt:unsubscribe', '{"channel":"t.public"}')),
    );
    expect(codeOf(refused.at(-1)!)).toBe('RATE_LIMITED');
    await socket.close();
  });

  it.each([
    ['an unknown event', '42["nothing"]'],
    ['a malformed frame', '42["rt:subscribe",null]'],
    ['no frame', '42["rt:message"]'],
    ['an event named by a number', '42[7,{}]'],
  ])('pays a token for %s', async (_title, packet) => {
    const socket = await connect({ messagesPerSecond: 1, messageBurst: 20 });
    for (let i = 0; i < 60; i++) socket.send(packet);
    expect(codeOf(await socket.request('rt:unsubscribe', '{"channel":"t.public"}'))).toBe('RATE_LIMITED');
    await socket.close();
  });

  it('does not take tokens of other connections of the same user', async () => {
    const socket = await connect({ messagesPerSecond: 1, messageBurst: 5 });
    const other = await RawSocket.connect(fixture, await fixture.login('alice'));
    for (let i = 0; i < 20; i++) socket.send('42["nothing"]');
    expect(codeOf(await socket.request('rt:unsubscribe', '{"channel":"t.public"}'))).toBe('RATE_LIMITED');
    expect(codeOf(await other.request('rt:unsubscribe', '{"channel":"t.public"}'))).toBe('ok');
    await Promise.all([socket.close(), other.close()]);
  });
});
