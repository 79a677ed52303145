// Which options does a descriptor keep, and which are refused, with which sentence?
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ChannelDefinitionError, defineRealtimeChannel } from './index.js';

type Definition = Parameters<typeof defineRealtimeChannel>[0];
const declare = (options: object, name = 'x') =>
  defineRealtimeChannel({ name, scope: 'authenticated', ...options } as unknown as Definition);

describe('the options of a channel', () => {
  it('are on the descriptor only if they are declared', () => {
    const { template, with: _with, ...rest } = declare({});
    expect(template.source).toBe('x');
    expect(rest).toEqual({
      name: 'x',
      scope: 'authenticated',
      events: {},
      messages: {},
      short: false,
      autoSubscribe: false,
    });
  });

  it('are kept as they are declared, and frozen', () => {
    const limits = { messagesPerSecond: 2, messageBurst: 4, payloadBytes: 512, payloadDepth: 3, payloadKeys: 9 };
    const channel = declare({ wire: 'plain', acks: 'bare', conflate: true, slowConsumer: 'drop', limits });
    expect(channel).toMatchObject({ wire: 'plain', acks: 'bare', conflate: true, slowConsumer: 'drop', limits });
    expect(channel.limits).not.toBe(limits);
    expect(Object.isFrozen(channel.limits)).toBe(true);
  });

  it.each([
    ['100ms', 100],
    ['0.5s', 500],
    ['1s', 1_000],
    [250, 250],
    [1, 1],
  ])('take flush: %j as %i ms', (flush, flushMs) => {
    expect(declare({ flush }).flushMs).toBe(flushMs);
  });

  it('that are false or undefined are as if they were left out', () => {
    const off = { autoSubscribe: false, conflate: false, history: false, presence: false };
    const absent = { wire: undefined, acks: undefined, flush: undefined, limits: undefined, snapshot: undefined };
    expect(Object.keys(declare({ ...off, ...absent }))).toEqual(Object.keys(declare({})));
  });

  it.each([
    ['history', true, {}],
    ['history', { size: 500, ttl: '10m' }, { size: 500, ttl: '10m' }],
    ['history', { size: 10_000 }, { size: 10_000 }],
    ['presence', true, {}],
    ['presence', { setBy: 'member', grace: '20s', gather: 100 }, { setBy: 'member', grace: '20s', gather: 100 }],
    ['presence', { visibleTo: { role: 'staff' } }, { visibleTo: { role: 'staff' } }],
    ['presence', { visibleTo: 'nobody', data: undefined }, { visibleTo: 'nobody', data: undefined }],
  ] as const)('have a short form for %s, of which %j is one form', (feature, declared, kept) => {
    const channel = declare({ [feature]: declared });
    expect(channel[feature]).toEqual(kept);
    expect(Object.isFrozen(channel[feature])).toBe(true);
  });

  it.each([
    [{ histroy: true }, 'has no option "histroy"; the options are name, scope, payload, events,'],
    [{ autoSubscribe: 'yes' }, "has autoSubscribe: 'yes'; write true or false, or leave it out."],
    [{ wire: 'raw' }, "has wire: 'raw'; write 'plain', or leave it out."],
    [{ wire: 'plain', acks: true }, "has acks: true; write 'bare', or leave it out."],
    [{ conflate: 1 }, 'has conflate: 1; write true or false, or leave it out.'],
    [{ slowConsumer: {} }, "has slowConsumer: an object; write 'disconnect' or 'drop', or leave it out."],
    [{ snapshot: 42 }, 'has a snapshot without a schema; give it a class or a Standard Schema.'],
    [{ snapshot: null }, 'has a snapshot without a schema'],
    [{ flush: 0 }, "has flush: 0; write '1ms' to '1s', or leave it out."],
    [{ flush: '2s' }, "has flush: '2s'; write '1ms' to '1s'"],
    [{ flush: '100' }, "has flush: '100'; write"],
    [{ flush: '-1ms' }, "has flush: '-1ms'; write"],
    [{ flush: Number.NaN }, 'has flush: NaN; write'],
    [{ flush: { everyMs: 100 } }, 'has flush: an object; write'],
    [{ limits: 5 }, 'has no object for its limits; write { messagesPerSecond: 2 }.'],
    [{ limits: { depth: 4 } }, 'has no limit "depth" in its limits; the limits are messagesPerSecond, messageBurst,'],
    [{ limits: { payloadBytes: 0 } }, 'has payloadBytes: 0 in its limits; write a number above 0, or leave it out.'],
    [{ limits: { payloadKeys: -1 } }, 'has payloadKeys: -1 in its limits; write a number above 0'],
    [{ limits: { messagesPerSecond: Infinity } }, 'has messagesPerSecond: Infinity in its limits'],
  ])('are refused if they are %j', (options, sentence) => {
    expect(() => declare(options)).toThrow(ChannelDefinitionError);
    expect(() => declare(options)).toThrow(`Channel "x" ${sentence}`);
  });

  it.each([
    [{ history: 'yes' }, 'has no valid history; write true or an object of options, or leave it out.'],
    [{ history: 500 }, 'has no valid history; write true or an object of options, or leave it out.'],
    [{ history: null }, 'has no valid history; write true or an object of options, or leave it out.'],
    [{ history: [] }, 'has no valid history; write true or an object of options, or leave it out.'],
    [{ history: { length: 5 } }, 'has no option "length" for history; the options are size, ttl.'],
    [{ history: { size: 0 } }, 'has no valid size for history; write a whole number from 1 to 10000, or leave it out.'],
    [{ history: { size: 10_001 } }, 'has no valid size for history; write a whole number from 1 to 10000'],
    [{ history: { ttl: 0 } }, "has no valid ttl for history; write milliseconds, or text such as '30s'; it is above 0"],
    [{ history: { size: 1.5 } }, 'has no valid size for history'],
    [{ history: { ttl: '5 minutes' } }, "has no valid ttl for history; write milliseconds, or text such as '30s'"],
    [{ presence: 'on' }, 'has no valid presence; write true or an object of options, or leave it out.'],
    [{ presence: { toString: 1 } }, 'has no option "toString" for presence; the options are data, setBy, grace,'],
    [{ presence: { data: {} } }, 'has no valid data for presence; give it a class or a Standard Schema'],
    [{ presence: { setBy: 'client' } }, "has no valid setBy for presence; write 'server' or 'member'"],
    [{ presence: { grace: -1 } }, 'has no valid grace for presence; write milliseconds'],
    [{ presence: { gather: '1 sec' } }, 'has no valid gather for presence; write milliseconds'],
    [
      { presence: { visibleTo: 'all' } },
      "has no valid visibleTo for presence; write 'subscribers', 'nobody' or { role",
    ],
    [{ presence: { visibleTo: { role: ' ' } } }, 'has no valid visibleTo for presence'],
    [{ presence: { visibleTo: z.string() } }, 'has no valid visibleTo for presence'],
  ])('are refused if they are the feature %j', (options, sentence) => {
    expect(() => declare(options)).toThrow(ChannelDefinitionError);
    expect(() => declare(options)).toThrow(`Channel "x" ${sentence}`);
  });

  it('need a declaration', () => {
    for (const nothing of [undefined, null, 42]) {
      expect(() => defineRealtimeChannel(nothing as never)).toThrow('A channel needs a name');
    }
  });
});
