// Is state + stream the truth on the fixture's t.snap.{id}, while its snapshot takes a while?
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { connectClient, request } from '../hostile/honest-client.js';

describe('the snapshot of the fixture', () => {
  let fixture: FixtureProcess;
  let session: string;

  beforeAll(async () => {
    fixture = await FixtureProcess.start();
    session = await fixture.login('ann');
  });
  afterAll(async () => {
    expect(await fixture.stop()).toBe(0);
  });

  const publish = (id: string, n: number, times = 1) =>
    fixture.control('/publish', { channel: 't.snap.{id}', params: { id }, payload: { n }, times });

  /** A client, and what it hears. */
  async function listener() {
    const client: Socket = await connectClient(fixture, { auth: { token: session } });
    const heard: [event: string, payload: { upTo: number; n: number }, offset?: number][] = [];
    client.on('rt:event', (_channel, event, payload, offset) => void heard.push([event, payload, offset]));
    return { client, heard };
  }

  it('says up to which n it has seen events, 0 at the beginning', async () => {
    const { client, heard } = await listener();
    expect(await request(client, 'rt:subscribe', { channel: 't.snap.a' })).toMatchObject({ position: { offset: 0 } });
    await publish('a', 5, 3);
    while (heard.length < 4) await request(client, 'rt:settle');
    expect(heard.map(([event, payload, offset]) => [event, payload.upTo ?? payload.n, offset])).toEqual([
      ['snapshot', 0, undefined],
      ['message', 5, 1],
      ['message', 6, 2],
      ['message', 7, 3],
    ]);
    client.disconnect();
  });

  it('that takes a while misses nothing of what is published meanwhile', async () => {
    await publish('b', 1, 4);
    await fixture.control('/snapshot', { delayMs: 300 });
    const { client, heard } = await listener();
    const reply = request(client, 'rt:subscribe', { channel: 't.snap.b' });
    await publish('b', 5, 20);
    expect(await reply).toMatchObject({ ok: true });
    while (heard.at(-1)?.[1].n !== 24) await request(client, 'rt:settle');
    const [[event, { upTo }], ...events] = heard;
    expect(event).toBe('snapshot');
    const numbers = events.map(([, { n }]) => n);
    expect(numbers[0]).toBeLessThanOrEqual(upTo + 1);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 25 - numbers.length + index));
    await fixture.control('/snapshot', { delayMs: 0 });
    client.disconnect();
  });
});
