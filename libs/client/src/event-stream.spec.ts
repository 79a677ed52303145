import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ScriptedServer } from '../test/scripted-server.js';
import { type ChannelHandle, createRealtimeClient, type EventsOptions, type RealtimeClient } from './index.js';

describe('a loop over events', () => {
  let server: ScriptedServer;
  let client: RealtimeClient;
  let channel: ChannelHandle;

  /** Sends the numbers from `first` to `last`, and resolves once the client has them. */
  async function tick(first: number, last: number): Promise<void> {
    const fence = channel.events('fence');
    for (let n = first; n <= last; n++) server.socket.emit('rt:event', 'a', 'tick', n);
    server.socket.emit('rt:event', 'a', 'fence', null);
    await fence.next();
    await fence.return!();
  }
  async function rest(loop: AsyncIterable<unknown>): Promise<unknown[]> {
    const seen: unknown[] = [];
    try {
      for await (const value of loop) seen.push(value);
    } catch (error) {
      seen.push((error as { code?: string }).code ?? (error as Error).message);
    }
    return seen;
  }

  beforeEach(async () => {
    server = await ScriptedServer.listen();
    client = createRealtimeClient({ url: server.url });
    channel = client.channel('a');
    await channel.ready();
  });
  afterEach(async () => {
    await client.close();
    await server.close();
  });

  it('gets every event, however late it takes them', async () => {
    const loop = channel.events('tick');
    await tick(1, 2_000);
    channel.unsubscribe();
    expect(await rest(loop)).toEqual(Array.from({ length: 2_000 }, (_, i) => i + 1));
  });

  it('ends with SLOW_CONSUMER, after the events in its buffer, when one more comes', async () => {
    const loop = channel.events('tick', { buffer: 3 });
    await tick(1, 5);
    expect(await rest(loop)).toEqual([1, 2, 3, 'SLOW_CONSUMER']);
    expect(await loop.next()).toEqual({ done: true, value: undefined });
    await tick(6, 7);
    expect(await loop.next()).toEqual({ done: true, value: undefined });
    await expect(
      rest(channel.events('tick', { buffer: 3, overflow: 'error', signal: AbortSignal.abort(new Error('x')) })),
    ).resolves.toEqual(['x']);
  });

  it('goes on with the newest events when it drops the oldest', async () => {
    const loop = channel.events('tick', { buffer: 3, overflow: 'drop-oldest' });
    await tick(1, 5);
    expect((await loop.next()).value).toBe(3);
    await tick(6, 7);
    channel.unsubscribe();
    expect(await rest(loop)).toEqual([5, 6, 7]);
  });

  it('does not count events that it takes at once', async () => {
    const loop = channel.events('tick', { buffer: 1 });
    const taken = [loop.next(), loop.next(), loop.next()];
    await tick(1, 4);
    expect((await Promise.all(taken)).map(({ value }) => value as unknown)).toEqual([1, 2, 3]);
    channel.unsubscribe();
    expect(await rest(loop)).toEqual([4]);
  });

  it('ends at once with the reason of its signal: while it waits, with events left, and before it begins', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const [waiting, full] = [channel.events('other', { signal }), channel.events('tick', { signal })];
    const next = waiting.next();
    await tick(1, 3);
    controller.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
    for (const loop of [full, channel.events('tick', { signal })]) {
      expect(await rest(loop)).toEqual(['enough']);
      expect(await rest(loop)).toEqual([]);
    }
    expect(await rest(channel.events('tick', { signal: AbortSignal.abort() }))).toEqual([20]);
    expect(channel.status.state).toBe('subscribed');
  });

  it('leaves no listener on its signal once it has ended', async () => {
    const { signal } = new AbortController();
    const added = jest.spyOn(signal, 'addEventListener');
    const removed = jest.spyOn(signal, 'removeEventListener');
    const [left, full, open] = [1, 2, 3].map(() => channel.events('tick', { signal, buffer: 1 }));
    await left.return!();
    expect(removed).toHaveBeenCalledTimes(1);
    await tick(1, 2);
    expect(await rest(full)).toEqual([1, 'SLOW_CONSUMER']);
    channel.unsubscribe();
    expect(await rest(open)).toEqual([1, 'SLOW_CONSUMER']);
    expect(removed.mock.calls).toEqual(added.mock.calls);
  });

  it('does not throw any more once it is left', async () => {
    const loop = channel.events('tick', { buffer: 1 });
    await tick(1, 2);
    const end = { done: true, value: undefined };
    expect([await loop.return!(), await loop.next()]).toEqual([end, end]);
  });

  it('ends for every caller that waits, and throws once', async () => {
    const loop = channel.events('tick');
    const waiting = [loop.next(), loop.next()].map((next) => next.catch((reason: unknown) => reason));
    server.socket.emit('rt:evicted', { channel: 'a', code: 'REVOKED', retryable: false });
    expect(await Promise.all(waiting)).toEqual([
      expect.objectContaining({ code: 'REVOKED' }),
      { done: true, value: undefined },
    ]);
  });

  it.each([0, -1, NaN, 'many'])('has no buffer of %p', (buffer) => {
    expect(() => channel.events('tick', { buffer } as EventsOptions)).toThrow(RangeError);
  });
});
