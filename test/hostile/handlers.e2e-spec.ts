import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { until } from '../kit/until.js';
import { expectCalm, expectNoStall } from './calm.js';
import { connectClient, request, send } from './honest-client.js';

describe('a handler of the fixture', () => {
  let fixture: FixtureProcess;
  let socket: Socket;

  beforeAll(async () => {
    fixture = await FixtureProcess.start({
      REALTIME_OPTIONS: JSON.stringify({
        requestTimeout: 300,
        limits: { messagesPerSecond: 100_000, messageBurst: 100_000 },
      }),
    });
    socket = await connectClient(fixture, { auth: { token: await fixture.login('alice', 'editor') } });
    await request(socket, 'rt:subscribe', { channel: 't.auth' });
  });
  afterEach(async () => {
    await expectCalm(fixture);
    expect(socket.connected).toBe(true);
  });
  afterAll(async () => {
    socket.disconnect();
    expect(await fixture.stop()).toBe(0);
  });

  it.each([
    ['boom', 'SECRET /etc/passwd'],
    ['reject', 'SECRET rejection'],
    ['throwString', 'SECRET string'],
  ])('%s is INTERNAL; the reason is in the log, under the id that the client was given', async (event, secret) => {
    const { error } = await send(socket, event, {});
    expect(error).toEqual({ code: 'INTERNAL', message: expect.any(String), retryable: true });
    expect(error!.message).not.toContain('SECRET');
    // the log is written independently of the reply, and may come later
    await until(
      () => fixture.logged,
      (logged) => logged.includes(correlationId(error!.message)) && logged.includes(secret),
    );
  });

  it.each(['boom', 'reject', 'throwString', 'bigint', 'cyclic', 'fn', 'deep', 'never'])(
    '%s does no harm where no ack is asked for',
    async (event) => {
      socket.emit('rt:message', { channel: 't.auth', event, payload: {} });
      expect(await send(socket, 'echo', { text: 'next' })).toEqual({ ok: true, data: { text: 'next' } });
    },
  );

  it.each(['never', 'slow'])('%s that takes too long is TIMEOUT', async (event) => {
    const { error } = await send(socket, event, { ms: 60_000 });
    expect(error).toEqual({ code: 'TIMEOUT', message: expect.any(String), retryable: true });
  });

  it.each(['bigint', 'cyclic', 'fn', 'deep'])('%s is INTERNAL or plain data', async (event) => {
    await expectNoStall(fixture, async () => {
      const reply = await send(socket, event, {});
      if (!reply.ok) expect(reply.error!.code).toBe('INTERNAL');
      expect(JSON.stringify(reply).length).toBeLessThan(1_000);
    });
  });

  it('the handler "slow" answers with its result when it ends in time', async () => {
    expect(await send(socket, 'slow', { ms: 20 })).toEqual({ ok: true, data: { slept: 20 } });
  });

  it('the handler "whoami" knows the sender', async () => {
    expect(await send(socket, 'whoami')).toEqual({ ok: true, data: { userId: 'alice', roles: ['editor'] } });
  });

  it('the handler "post" reaches all members of the channel', async () => {
    const event = new Promise((resolve) => socket.once('rt:event', (...args: unknown[]) => resolve(args)));
    expect(await send(socket, 'post', { text: 'hello' })).toEqual({ ok: true });
    expect(await event).toEqual(['t.auth', 'posted', { text: 'hello' }]);
  });
});

/** The longest word of the message that looks like an id. */
function correlationId(message: string): string {
  const words = message.match(/[A-Za-z0-9-]{6,}/g) ?? [];
  return words.filter((word) => /\d/.test(word)).sort((a, b) => b.length - a.length)[0] ?? '(no id in the message)';
}
