import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel } from 'nestjs-realtime';
import { type AfterCommit, forward } from 'nestjs-realtime/cqrs';
import { z } from 'zod';
import { closeApps } from '../kit/boot.js';
import { BridgeApp } from './bridge-app.js';

const feed = defineRealtimeChannel({ name: 'feed', scope: 'public', events: { one: z.number(), two: z.number() } });

class Counted {
  constructor(readonly n: number) {}
}
class Unlisted {}

const counted = forward(Counted)
  .to(feed, 'one', ({ n }) => ({ payload: n }))
  .to(feed, 'two', ({ n }) => ({ payload: n }));

afterEach(closeApps);

describe('afterCommit', () => {
  let held: (() => void)[];

  beforeEach(() => {
    held = [];
  });

  const start = (afterCommit: AfterCommit) =>
    BridgeApp.start({ channels: [feed], allowlist: [counted], settings: { afterCommit } });

  it('holds an event until the transaction commits, and is asked once for an event of several channels', async () => {
    const bridge = await start((run) => held.push(run));
    bridge.publish(new Counted(1));
    bridge.publish(new Unlisted());
    await bridge.settled();
    expect(held).toHaveLength(1);
    expect([bridge.broadcasts, bridge.bridged]).toEqual([[], []]);
    held[0]();
    expect(bridge.broadcasts.map(({ event }) => event)).toEqual(['one', 'two']);
  });

  it('forwards nothing that it never releases, and nothing twice', async () => {
    const bridge = await start((run) => held.push(run));
    bridge.publish(new Counted(1));
    bridge.publish(new Counted(2));
    held[1]();
    held[1]();
    await bridge.settled();
    expect(bridge.broadcasts.map(({ payload }) => payload)).toEqual([2, 2]);
    expect(bridge.stats).toMatchObject([{ forwarded: 1 }, { forwarded: 1 }]);
  });

  it('forwards at once where it calls back at once', async () => {
    const bridge = await start((run) => run());
    bridge.publish(new Counted(1));
    expect(bridge.broadcasts).toHaveLength(2);
  });

  it.each([
    [
      'throws',
      (): void => {
        throw new Error('no transaction here');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no transaction here'))],
  ])('fails the event where it %s, and spares the publisher', async (_title, afterCommit) => {
    const bridge = await start(afterCommit);
    expect(() => bridge.publish(new Counted(1))).not.toThrow();
    await bridge.settled();
    expect(bridge.broadcasts).toEqual([]);
    expect(bridge.exceptions.map(({ exception }) => String(exception))).toEqual([
      'Error: no transaction here',
      'Error: no transaction here',
    ]);
    expect(bridge.stats).toMatchObject([{ failed: 1 }, { failed: 1 }]);
  });

  it('does not fail an event that it released before it threw', async () => {
    const bridge = await start((run) => {
      run();
      throw new Error('too late');
    });
    bridge.publish(new Counted(1));
    await bridge.settled();
    expect(bridge.stats).toMatchObject([
      { forwarded: 1, failed: 0 },
      { forwarded: 1, failed: 0 },
    ]);
  });

  it('does not hide a loop', async () => {
    let commits = 0;
    // like a pool: the commit comes back in a context of its own
    const bridge = await start((run) => (commits++ < 50 ? held.push(run) : undefined));
    bridge.app.hooks.on('broadcast', () => bridge.publish(new Counted(2)));
    bridge.publish(new Counted(1));
    while (held.length > 0) held.shift()!();
    await bridge.settled();
    expect(commits).toBeLessThan(50);
    expect(bridge.exceptions.length).toBeGreaterThan(0);
  });
});
