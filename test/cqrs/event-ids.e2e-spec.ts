// Does a client hear an event once that is forwarded twice, and never too little?
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { defineRealtimeChannel, IRealtimeHistory } from 'nestjs-realtime';
import { bindRealtimeBridge, forward } from 'nestjs-realtime/cqrs';
import { RecordingRealtimeBroadcaster } from 'nestjs-realtime/testing';
import { Subject } from 'rxjs';
import { z } from 'zod';
import { BridgeApp } from './bridge-app.js';

const log = defineRealtimeChannel({
  name: 'logs.{id}',
  scope: 'public',
  events: { changed: z.string(), seen: z.string() },
  history: { size: 1_000 },
});
const room = defineRealtimeChannel({ name: 'rooms', scope: 'public', payload: z.string() });

class Changed {
  constructor(
    readonly id: string,
    readonly eventId: unknown,
    readonly text = 'text',
    readonly logs: readonly string[] = [id],
  ) {}
}
class Renamed extends Changed {}
class Aliased {
  constructor(readonly key: string) {}
  get eventId(): string {
    return this.key;
  }
}

const to = (id: string, payload: string) => ({ params: { id }, payload });
const allowlist = [
  forward(Changed)
    .to(log, 'changed', ({ logs, text }) => logs.map((id) => to(id, text)))
    .to(log, 'seen', ({ id }) => to(`seen-${id}`, 'seen'))
    .to(room, 'message', ({ text }) => ({ payload: text })),
  forward(Renamed).to(log, 'changed', ({ id, text }) => to(id, text)),
  forward(Aliased).to(log, 'changed', ({ key }) => to('aliased', key)),
];

describe('the bridge', () => {
  let app: BridgeApp;
  let next = 0;
  let id: string;

  beforeAll(async () => void (app = await BridgeApp.start({ channels: [log, room], allowlist, realtime: {} })));
  beforeEach(() => void (id = String(next++)));
  afterAll(() => app.app.close());

  async function kept(channel: string, ...events: object[]): Promise<unknown[]> {
    for (const event of events) app.publish(event);
    await app.settled();
    const { events: found } = await app.app.nest.get(IRealtimeHistory).read(log.with({ id: channel }));
    return found.map(({ payload }) => payload);
  }

  it.each([['e1'], [7], [7n], ['x'.repeat(10_000)]])('forwards an event of one eventId once (%#)', async (eventId) => {
    expect(await kept(id, new Changed(id, eventId), new Changed(id, eventId))).toEqual(['text']);
    expect(await kept(`seen-${id}`)).toEqual(['seen']);
    expect(app.stats.map(({ failed }) => failed)).toEqual([0, 0, 0, 0, 0]);
  });

  it.each([[undefined], [null], [''], [{}], [[]], [NaN], [1.5], [true], [Symbol('s')]])(
    'takes events without a usable id for different ones (%#)',
    async (eventId) => {
      expect(await kept(id, new Changed(id, eventId), new Changed(id, eventId))).toEqual(['text', 'text']);
    },
  );

  it('does not take the id of a thing for that of an event', async () => {
    expect(await kept(id, new Changed(id, 'a', 'one'), new Changed(id, 'b', 'two'))).toEqual(['one', 'two']);
  });

  it('reads an id from a getter', async () => {
    expect(await kept('aliased', new Aliased('k'), new Aliased('k'), new Aliased('l'))).toEqual(['k', 'l']);
  });

  it('forwards all that one event is mapped to, also twice to one channel, by two routes and by two entries', async () => {
    const twice = [id, 'other', id];
    expect(await kept(id, new Changed(id, 'a', 'text', twice), new Changed(id, 'a', 'text', twice))).toEqual([
      'text',
      'text',
    ]);
    const both = String(next++);
    expect(await kept(both, new Renamed(both, 'b'))).toEqual(['text', 'text']);
  });

  it('gives no key to a channel without history', async () => {
    const heard = app.app.record('broadcast');
    await kept(id, new Changed(id, 'c'), new Changed(id, 'c'));
    expect(heard.filter(({ channel }) => channel.name === 'rooms')).toHaveLength(2);
    expect(app.exceptions).toEqual([]);
  });

  it('never gives one key to two different events', async () => {
    const eventIds = fc.oneof(fc.string({ minLength: 1 }), fc.integer().map(String));
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.tuple(eventIds, fc.constantFrom(Changed, Renamed))), async (pairs) => {
        const channel = String(next++);
        const distinct = new Map(pairs.map(([eventId, type]) => [eventId, type]));
        const events = [...distinct].map(([eventId, type]) => new type(channel, eventId, eventId));
        const heard = await kept(channel, ...events, ...events);
        const routes = events.flatMap((event) =>
          event.constructor === Renamed ? [event.text, event.text] : [event.text],
        );
        expect(heard).toEqual(routes);
      }),
      { numRuns: 50 },
    );
  });

  it('gives no options to a broadcaster where there is no key', async () => {
    const bus = new Subject<object>();
    const calls: unknown[][] = [];
    class Noting extends RecordingRealtimeBroadcaster {
      override broadcast(...call: unknown[]): Promise<void> {
        calls.push(call);
        return super.broadcast(...call);
      }
    }
    const unbind = bindRealtimeBridge(bus, new Noting(), allowlist);
    bus.next(new Changed('1', undefined));
    bus.next(new Changed('1', 'e'));
    expect(calls.map((call) => call.length)).toEqual([3, 3, 3, 4, 4, 3]);
    unbind();
  });
});
