// What does SIGTERM do to a built application, seen from outside? Handlers finish, clients are notified, the process exits with 0.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { afterEach, describe, expect, it } from '@jest/globals';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { Client } from '../kit/client.js';

const SHUTDOWN = [{ code: 'SHUTDOWN', reconnect: true, retryAfterMs: expect.any(Number) }];

describe('a process that receives SIGTERM', () => {
  let child: ChildProcess | null = null;

  afterEach(() => {
    child?.kill('SIGKILL');
    child = null;
  });

  async function start(mode: 'hooks' | 'bare'): Promise<{ url: string; stdout: Interface; ended: Promise<unknown[]> }> {
    child = spawn(process.execPath, ['test/drain/closing-app.mjs', mode], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'close');
    const stdout = createInterface(child.stdout!);
    const died = ended.then(() => Promise.reject(new Error('The application did not start.')));
    const [url] = (await Promise.race([once(stdout, 'line'), died])) as [string];
    died.catch(() => undefined);
    return { url, stdout, ended };
  }

  it.each([
    ['hooks', 'with enableShutdownHooks'],
    ['bare', 'with app.close() alone, so that nothing may be left that holds it'],
  ] as const)('exits 0 after the running handler (%s): %s', async (mode, _how) => {
    const { url, stdout, ended } = await start(mode);
    const client = await Client.connect(url);
    await client.subscribe('work');
    const reply = client.send('work', 'slow', 500);
    await client.settle();
    child!.kill('SIGTERM');
    const signalledAt = Date.now();
    expect(await client.next('rt:bye')).toEqual(SHUTDOWN);
    expect(await reply).toEqual({ ok: true, data: 'finished' });
    await client.closed;
    expect(await ended).toEqual([0, null]);
    expect(Date.now() - signalledAt).toBeLessThan(5_000);
    stdout.close();
  });

  it('is not held by a dependency that hangs while a lease is renewed', async () => {
    const { url, stdout, ended } = await start('bare');
    const client = await Client.connect(url);
    const refreshing = once(stdout, 'line');
    await client.subscribe('work');
    expect(await refreshing).toEqual(['refreshing']);
    child!.kill('SIGTERM');
    const signalledAt = Date.now();
    expect(await ended).toEqual([0, null]);
    expect(Date.now() - signalledAt).toBeLessThan(5_000);
  });

  it('exits 0 as the fixture too, after its clients are notified', async () => {
    const fixture = await FixtureProcess.start();
    const session = await fixture.login('ann');
    const client = await Client.connect(fixture.url, { as: session });
    await client.subscribe('t.auth');
    const reply = client.send('t.auth', 'slow', { ms: 300 });
    await client.settle();
    const stopped = fixture.stop();
    expect(await client.next('rt:bye')).toEqual(SHUTDOWN);
    expect(await reply).toMatchObject({ ok: true, data: { slept: 300 } });
    expect(await stopped).toBe(0);
    await client.closed;
  });
});
