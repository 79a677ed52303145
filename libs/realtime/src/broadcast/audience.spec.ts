// To which channels, and to whose connections, does a broadcast go? And which targets and options are faults?
import { setImmediate } from 'node:timers/promises';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import fc from 'fast-check';
import { z } from 'zod';
import { CallerContext } from '../connections/caller.context.js';
import { BroadcastFault } from '../guards/broadcast.guard.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { RealtimeModule } from '../realtime.module.js';
import { InMemoryRealtimeBroadcaster } from './in-memory.broadcaster.js';

/** A schema that is asynchronous for the numbers in `late`. */
const late = new Map<number, Promise<void>>();
const Count = z.object({ n: z.number() }).refine(({ n }) => late.get(n)?.then(() => true) ?? true);

const rooms = defineRealtimeChannel({
  name: 'rooms.{roomId}',
  scope: 'public',
  events: { said: Count, calm: z.any() },
});
const news = defineRealtimeChannel({ name: 'news', scope: 'public', events: { said: Count } });
const log = defineRealtimeChannel({ name: 'log.{day}', scope: 'public', events: { said: Count }, history: true });
const room = (roomId: string) => rooms.with({ roomId });
const ONE_NOTE = { n: 1 };

describe('the audience of a broadcast', () => {
  let app: TestingModule;
  let realtime: InMemoryRealtimeBroadcaster;

  beforeAll(async () => {
    app = await Test.createTestingModule({
      imports: [RealtimeModule.forRoot({ mode: 'in-memory' }), RealtimeModule.forFeature([rooms, news])],
    }).compile();
    await app.init();
    realtime = app.get(InMemoryRealtimeBroadcaster);
  });
  beforeEach(() => {
    realtime.clear();
    late.clear();
  });
  afterAll(() => app.close());

  const call = (method: 'broadcast' | 'send', args: unknown[]) =>
    Reflect.apply(realtime[method], realtime, args) as Promise<void>;

  /** Expects that nothing is sent, and resolves with the text of the fault. */
  async function faultOf(method: 'broadcast' | 'send', ...args: unknown[]): Promise<string> {
    const error: unknown = await call(method, args).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(BroadcastFault);
    expect(realtime.broadcasts).toEqual([]);
    return (error as Error).message;
  }

  describe('in a list of channels', () => {
    it('is each channel once, in the order of the list', async () => {
      await realtime.broadcast([room('2'), room('1'), room('2'), room('3')], 'said', ONE_NOTE);
      await realtime.broadcast([news], 'said', ONE_NOTE);
      expect(realtime.broadcasts.map(({ channel, payload }) => [channel, payload])).toEqual([
        ['rooms.2', ONE_NOTE],
        ['rooms.1', ONE_NOTE],
        ['rooms.3', ONE_NOTE],
        ['news', ONE_NOTE],
      ]);
    });

    it('is no channel where the list is empty, and that is no fault', async () => {
      await realtime.broadcast([], 'said', ONE_NOTE);
      await call('broadcast', [[], 'no such event', undefined, 'no options']);
      expect(realtime.broadcasts).toEqual([]);
    });

    it('is reported for each channel, with all recipients at the first', async () => {
      const heard: unknown[] = [];
      const offs = [
        realtime.subscribe(room('1'), () => undefined),
        realtime.subscribe(room('2'), () => undefined),
        app.get(RealtimeHooks).on('broadcast', ({ channel, recipients }) => heard.push([channel.name, recipients])),
      ];
      await realtime.broadcast([room('1'), room('2'), room('3')], 'said', ONE_NOTE);
      for (const off of offs) off();
      expect(heard).toEqual([
        ['rooms.1', 2],
        ['rooms.2', 0],
        ['rooms.3', 0],
      ]);
    });

    it.each<[string, unknown[], string]>([
      [
        'channels of two descriptors',
        [room('1'), news],
        'A list names channels of "rooms.{roomId}" and of "news"; make one broadcast for each descriptor.',
      ],
      ['a name', [room('1'), 'rooms.2'], '"rooms.2" is a name, and a name is no target'],
      ['a list', [[room('1')]], 'A list is no channel here; call once for each of them.'],
      ['what an import cycle left', [room('1'), undefined], 'The call names no channel'],
      ['a descriptor with open params', [rooms], '"rooms.{roomId}" is not a concrete name'],
      [
        'a channel with history',
        [log.with({ day: '1' })],
        'Channel "log.{day}" has history, so each of its channels needs an event of its own; broadcast to one channel at a time.',
      ],
    ])('is a fault with %s', async (_what, list, sentence) => {
      expect(await faultOf('broadcast', list, 'said', ONE_NOTE)).toContain(sentence);
    });

    it('hears events in the order of the calls, whatever takes longer to validate', async () => {
      const step = fc.record({
        names: fc.uniqueArray(fc.constantFrom<string[]>('1', '2', '3'), { minLength: 1 }),
        isLate: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.infiniteStream(fc.nat()), async (steps, dice) => {
          realtime.clear();
          late.clear();
          const opens: (() => void)[] = [];
          const sent = steps.map(({ names, isLate }, n) => {
            if (isLate) late.set(n, new Promise((resolve) => opens.push(resolve)));
            return realtime.broadcast(names.map(room), 'said', { n });
          });
          while (opens.length > 0) {
            opens.splice(dice.next().value % opens.length, 1)[0]();
            await setImmediate();
          }
          await Promise.all(sent);
          for (const name of ['1', '2', '3']) {
            const heard = realtime.broadcasts.filter(({ channel }) => channel === `rooms.${name}`);
            const expected = steps.flatMap(({ names }, n) => (names.includes(name) ? [{ n }] : []));
            expect(heard.map(({ payload }) => payload)).toEqual(expected);
          }
        }),
        { numRuns: 50 },
      );
    });
  });

  describe('without some connections', () => {
    const except = async (who: unknown) => {
      await call('broadcast', [room('1'), 'said', ONE_NOTE, { except: who }]);
      return realtime.broadcasts.at(-1)!.except;
    };

    it('leaves out each party that is named', async () => {
      expect(await except({ userId: 'ada' })).toEqual([{ userId: 'ada' }]);
      expect(await except([{ sessionId: 's1' }, { connectionId: 'c1' }])).toEqual([
        { sessionId: 's1' },
        { connectionId: 'c1' },
      ]);
      expect(await except({ connectionId: 'c1', user: null, closed: false })).toEqual([{ connectionId: 'c1' }]);
      for (const none of [undefined, []]) expect(await except(none)).toBeUndefined();
    });

    it('leaves out the caller, and no connection where the code has none', async () => {
      const caller = app.get(CallerContext);
      expect(await caller.run('c7', () => except('caller'))).toEqual([{ connectionId: 'c7' }]);
      expect(await caller.run('c7', () => except(['caller', { userId: 'ada' }]))).toEqual([
        { connectionId: 'c7' },
        { userId: 'ada' },
      ]);
      expect(await except('caller')).toBeUndefined();
      expect(await except(['caller', { userId: 'ada' }])).toEqual([{ userId: 'ada' }]);
    });

    it.each<[string, unknown, string]>([
      ['a bare id', 'c1', "'c1' does not say whose connections are meant"],
      ['a number as id', { userId: 42 }, '{ userId: 42 } is no id'],
      ['no id', {}, 'An object without userId, sessionId or connectionId means no connection'],
      ['two ids', { userId: 'ada', connectionId: 'c1' }, 'An object with userId and connectionId is ambiguous'],
      ['a bad one among good ones', [{ userId: 'ada' }, 'bob'], "'bob' does not say whose connections are meant"],
      ['null', null, 'does not say whose connections are meant'],
    ])('is a fault with %s', async (_what, who, sentence) => {
      expect(await faultOf('broadcast', room('1'), 'said', ONE_NOTE, { except: who })).toContain(sentence);
    });
  });

  it.each<[unknown, string]>([
    ['caller', 'A broadcast to "rooms.{roomId}" has options that are no object; write { except }.'],
    [null, 'A broadcast to "rooms.{roomId}" has options that are no object; write { except }.'],
    [{ exept: 'caller' }, 'A broadcast to "rooms.{roomId}" has no option "exept"; the option is except.'],
    [
      { idempotencyKey: 'k' },
      'Channel "rooms.{roomId}" has no history that could remember an idempotencyKey; remove it.',
    ],
  ])('is a fault with the options %j', async (options, sentence) => {
    expect(await faultOf('broadcast', room('1'), 'said', ONE_NOTE, options)).toBe(sentence);
  });

  describe('of an event that is sent to one party', () => {
    it('is that party, on that channel', async () => {
      const caller = app.get(CallerContext);
      await realtime.send({ userId: 'ada' }, room('1'), 'said', ONE_NOTE);
      await realtime.send({ sessionId: 's1' }, room('1'), 'calm');
      await caller.run('c7', () => realtime.send('caller', news, 'said', ONE_NOTE));
      expect(realtime.broadcasts).toEqual([
        { channel: 'rooms.1', event: 'said', payload: ONE_NOTE, to: { userId: 'ada' } },
        { channel: 'rooms.1', event: 'calm', payload: undefined, to: { sessionId: 's1' } },
        { channel: 'news', event: 'said', payload: ONE_NOTE, to: { connectionId: 'c7' } },
      ]);
    });

    it.each<[string, unknown[], string]>([
      [
        'the caller, where there is none',
        ['caller', room('1'), 'said', ONE_NOTE],
        "'caller' is the sender of a message",
      ],
      ['a bare id', ['ada', room('1'), 'said', ONE_NOTE], "'ada' does not say whose connections are meant"],
      ['a number as id', [{ userId: 42 }, room('1'), 'said', ONE_NOTE], '{ userId: 42 } is no id'],
      ['no id', [{}, room('1'), 'said', ONE_NOTE], 'An object without userId, sessionId or connectionId'],
      ['two ids', [{ userId: 'a', sessionId: 'b' }, room('1'), 'said', ONE_NOTE], 'is ambiguous'],
      ['a list', [{ userId: 'ada' }, [room('1')], 'said', ONE_NOTE], 'A list is no channel here'],
      ['a name', [{ userId: 'ada' }, 'rooms.1', 'said', ONE_NOTE], '"rooms.1" is a name, and a name is no target'],
      ['no event', [{ userId: 'ada' }, room('1')], 'A broadcast to "rooms.{roomId}" names no event'],
      ['an unknown event', [{ userId: 'ada' }, room('1'), 'sad'], 'Channel "rooms.{roomId}" declares no event "sad"'],
      ['a bad payload', [{ userId: 'ada' }, room('1'), 'said', { n: 'x' }], 'its payload is invalid: n: Invalid input'],
    ])('is a fault with %s', async (_what, args, sentence) => {
      expect(await faultOf('send', ...args)).toContain(sentence);
    });
  });

  it('is a fault where the address is of another registry', async () => {
    const twin = defineRealtimeChannel({ name: 'rooms.{roomId}', scope: 'public', events: { said: Count } });
    const fault = 'Channel "rooms.{roomId}" is not registered; add it to RealtimeModule.forFeature([...])';
    expect(await faultOf('broadcast', twin.with({ roomId: '1' }), 'said', ONE_NOTE)).toContain(fault);
    expect(await faultOf('broadcast', [twin.with({ roomId: '1' })], 'said', ONE_NOTE)).toContain(fault);
    expect(await faultOf('send', { userId: 'ada' }, twin.with({ roomId: '1' }), 'said', ONE_NOTE)).toContain(fault);
    expect(await faultOf('broadcast', [room('1'), twin.with({ roomId: '1' })], 'said', ONE_NOTE)).toContain(
      'make one broadcast for each descriptor',
    );
  });
});
