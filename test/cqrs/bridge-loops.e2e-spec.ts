import { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { UnhandledExceptionBus } from '@nestjs/cqrs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel } from 'nestjs-realtime';
import { forward } from 'nestjs-realtime/cqrs';
import { z } from 'zod';
import { closeApps } from '../kit/boot.js';
import { until } from '../kit/until.js';
import { BridgeApp } from './bridge-app.js';

const echo = defineRealtimeChannel({ name: 'echo', scope: 'public', payload: z.object({ n: z.number() }) });
const audit = defineRealtimeChannel({ name: 'audit', scope: 'public', payload: z.object({ of: z.string() }) });
const channels = [echo, audit];

class Said {
  constructor(readonly n: number) {}
}
class Audited {
  constructor(readonly of: string) {}
}

const toEcho = forward(Said).to(echo, 'message', ({ n }) => ({ payload: { n } }));
const toAudit = forward(Audited).to(audit, 'message', ({ of }) => ({ payload: { of } }));

/** The application of a test; mappers publish in it. */
let app: BridgeApp;

/** Expects a loop to leave this many broadcasts and one failure, reported once. */
async function ended(bridge: BridgeApp): Promise<number> {
  await until(
    () => bridge.exceptions.length,
    (failed) => failed > 0,
  );
  // as many turns as a loop would need to continue
  for (let turn = 0; turn < 100; turn++) await setImmediate();
  await bridge.settled();
  expect(bridge.exceptions).toHaveLength(1);
  expect(String(bridge.exceptions[0].exception)).toContain('that has come of its own forwarding, and did not');
  expect(bridge.log.errors()).toHaveLength(1);
  return bridge.broadcasts.length;
}

afterEach(closeApps);

describe('the loop protection of the bridge', () => {
  it('ends the loop of a mapper that publishes its own event', async () => {
    const parrot = forward(Said).to(echo, 'message', ({ n }) => {
      app.publish(new Said(n + 1));
      return { payload: { n } };
    });
    app = await BridgeApp.start({ channels, allowlist: [parrot] });
    app.publish(new Said(1));
    expect(await ended(app)).toBe(1);
    expect(app.stats).toMatchObject([{ forwarded: 1, failed: 1 }]);
  });

  it('ends the loop of a mapper that publishes its own event later', async () => {
    const parrot = forward(Said).to(echo, 'message', async ({ n }) => {
      await setImmediate();
      app.publish(new Said(n + 1));
      return { payload: { n } };
    });
    app = await BridgeApp.start({ channels, allowlist: [parrot] });
    app.publish(new Said(1));
    expect(await ended(app)).toBe(1);
  });

  it('ends the loop of a listener that publishes an event for each broadcast, with one entry that broadcasts it', async () => {
    const bridge = await BridgeApp.start({ channels, allowlist: [toEcho, toAudit] });
    bridge.app.hooks.on('broadcast', ({ channel }) => bridge.publish(new Audited(channel.name)));
    bridge.publish(new Said(1));
    expect(await ended(bridge)).toBe(2);
    expect(bridge.broadcasts.map(({ channel }) => channel)).toEqual(['echo', 'audit']);
  });

  it('ends the loop of a listener that first stores the broadcast and then publishes an event', async () => {
    const bridge = await BridgeApp.start({ channels, allowlist: [toAudit] });
    bridge.app.hooks.on(
      'broadcast',
      ({ channel }) => void setImmediate().then(() => bridge.publish(new Audited(channel.name))),
    );
    bridge.publish(new Audited('here'));
    expect(await ended(bridge)).toBe(8);
  });

  it('ends the loop of a listener that publishes an event for each forwarded event', async () => {
    const bridge = await BridgeApp.start({ channels, allowlist: [toAudit] });
    bridge.app.hooks.on('bridged', ({ event }) => bridge.publish(new Audited(event)));
    bridge.publish(new Audited('here'));
    expect(await ended(bridge)).toBe(1);
  });

  it('ends the loop of a listener that publishes an event for each failure', async () => {
    const failing = forward(Audited).to(audit, 'message', () => {
      throw new Error('no audit today');
    });
    const bridge = await BridgeApp.start({ channels, allowlist: [failing] });
    bridge.app.nest.get(UnhandledExceptionBus).subscribe(() => bridge.publish(new Audited('failure')));
    bridge.publish(new Audited('here'));
    await bridge.settled();
    expect(bridge.exceptions.map(({ exception }) => (exception as Error).name)).toEqual(['Error', 'RealtimeFault']);
    expect(bridge.broadcasts).toEqual([]);
  });

  it('ends the loop of two entries that lead to each other', async () => {
    const ping = forward(Said).to(echo, 'message', ({ n }) => {
      app.publish(new Audited('echo'));
      return { payload: { n } };
    });
    const pong = forward(Audited).to(audit, 'message', ({ of }) => {
      app.publish(new Said(2));
      return { payload: { of } };
    });
    app = await BridgeApp.start({ channels, allowlist: [ping, pong] });
    app.publish(new Said(1));
    expect(await ended(app)).toBe(2);
  });
});

describe('the loop protection, where there is no loop', () => {
  it('accepts an event that leads to an event of another entry', async () => {
    const audited = forward(Said).to(echo, 'message', ({ n }) => {
      app.publish(new Audited(`echo ${n}`));
      return { payload: { n } };
    });
    app = await BridgeApp.start({ channels, allowlist: [audited, toAudit] });
    for (let n = 0; n < 20; n++) app.publish(new Said(n));
    await app.settled();
    expect(app.broadcasts).toHaveLength(40);
  });

  it('accepts events from a source that a mapper has opened', async () => {
    const source = new EventEmitter();
    let timer: NodeJS.Timeout | undefined;
    const opening = forward(Said).to(echo, 'message', ({ n }) => {
      let next = n;
      timer ??= setInterval(() => {
        app.publish(new Said(++next));
        if (next === 20) source.emit('end');
      }, 1);
      return { payload: { n } };
    });
    app = await BridgeApp.start({ channels, allowlist: [opening] });
    const end = new Promise((resolve) => source.once('end', resolve));
    app.publish(new Said(1));
    await end;
    clearInterval(timer);
    await app.settled();
    expect(app.broadcasts).toHaveLength(20);
    expect(app.exceptions).toEqual([]);
  });
});
