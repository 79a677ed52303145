// What does the fixture keep, and how does it say where an event is kept?
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { connectClient, request } from '../hostile/honest-client.js';

describe('the logs of the fixture', () => {
  let fixture: FixtureProcess;
  let ann: Socket;

  beforeAll(async () => {
    fixture = await FixtureProcess.start();
    ann = await connectClient(fixture, { auth: { token: await fixture.login('ann') } });
  });
  afterAll(async () => {
    ann.disconnect();
    expect(await fixture.stop()).toBe(0);
  });

  const log = (logId: string) => ({ channel: 't.log.{logId}', params: { logId } });
  const publish = (logId: string, n: number, more: object = {}) =>
    fixture.control('/publish', { ...log(logId), payload: { n }, ...more });

  it('keep 1,000 events, which rt:history gives to subscribers', async () => {
    expect(await publish('a', 1, { times: 1_001 })).toEqual({ status: 200, body: { accepted: 1_001 } });
    const reply = await request(ann, 'rt:subscribe', { channel: 't.log.a' });
    expect(reply).toMatchObject({ ok: true, position: { offset: 1_001 } });
    const { position } = reply as unknown as { position: { epoch: string } };
    const page = { channel: 't.log.a', limit: 1, since: { ...position, offset: 0 } };
    expect(await request(ann, 'rt:history', page)).toMatchObject({ events: [{ offset: 2, payload: { n: 2 } }] });
  });

  it('answer a broadcast with a key with its position, which is the same for the same key', async () => {
    const first = await publish('b', 1, { idempotencyKey: 'k' });
    expect(first).toEqual({
      status: 200,
      body: { accepted: 1, position: { epoch: expect.any(String), offset: 1 } },
    });
    expect(await publish('b', 2, { idempotencyKey: 'k' })).toEqual(first);
    expect((await publish('b', 3, { idempotencyKey: 'l' })).body).toMatchObject({ position: { offset: 2 } });
    expect((await publish('c', 4, { idempotencyKey: 'k' })).body).toMatchObject({ position: { offset: 1 } });
  });

  it('hold nothing of a client that has left', async () => {
    const bob = await connectClient(fixture, { auth: { token: await fixture.login('bob') } });
    await request(bob, 'rt:subscribe', { channel: 't.log.a' });
    expect((await fixture.control('/stats')).body).toMatchObject({ replays: 0 });
    bob.disconnect();
  });
});
