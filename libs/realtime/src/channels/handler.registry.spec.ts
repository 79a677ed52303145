import { describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, type HistoryOptions, type RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import { z } from 'zod';
import type { MessageRequest } from '../connections/message-request.js';
import { NoopTracer } from '../instrumentation/realtime.tracer.js';
import { PayloadSchemaCompiler } from '../payloads/payload-schema.compiler.js';
import { RealtimeFault } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';
import { HandlerRegistry } from './handler.registry.js';

const note = z.object({ text: z.string() });
const channel = <Name extends string>(name: Name) =>
  defineRealtimeChannel({ name, scope: 'public', events: { added: note }, messages: { add: note, drop: note } });
const nothing = () => undefined;
const registry = () => new HandlerRegistry(new PayloadSchemaCompiler(null), new NoopTracer());

function faultOf(run: () => void): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(RealtimeFault);
    return (error as Error).message;
  }
  throw new Error('There is no fault');
}

describe('the handler registry', () => {
  it('lists channels and handlers, and knows which channels take messages', () => {
    const channels = registry();
    const [notes, news] = [channel('notes.{id}'), channel('news')];
    channels.registerChannel(news);
    channels.register(notes, 'add', nothing);
    channels.register(notes, 'drop', nothing);
    expect(channels.listChannels()).toEqual([news, notes]);
    expect(channels.list()).toEqual([
      { descriptor: notes, message: 'add' },
      { descriptor: notes, message: 'drop' },
    ]);
    expect(channels.getInboundDescriptor('notes.7')).toBe(notes);
    expect(channels.getInboundDescriptor('news')).toBeUndefined();
    expect(channels.getInboundDescriptor('notes')).toBeUndefined();
    expect(channels.getInboundDescriptor('unknown.7')).toBeUndefined();
  });

  it('passes a message to its handler once the schema has parsed it, also when the schema is asynchronous', async () => {
    const channels = registry();
    const slow = defineRealtimeChannel({
      name: 'slow',
      scope: 'public',
      messages: { add: note, late: note.refine(async () => true) },
    });
    const seen: unknown[] = [];
    const wait = (): void => void seen.push('waits');
    const mayBegin = (): boolean => seen.push('looks again') > 0;
    const start = (handler: () => unknown): unknown => handler();
    channels.register(slow, 'add', (payload) => seen.push(payload));
    channels.register(slow, 'late', async (payload) => seen.push(payload));
    const invoke = (event: string, payload: unknown) =>
      channels
        .get(slow)!
        .messages.get(event)!
        .handler!.invoke({ payload, channelName: 'slow', wait, mayBegin, start } as unknown as MessageRequest);
    expect(invoke('add', { text: 'a', extra: 1 })).toBe(1);
    await invoke('late', { text: 'b' });
    expect(seen).toEqual([{ text: 'a' }, 'waits', 'looks again', { text: 'b' }]);
    expect(() => invoke('add', { text: 1 })).toThrow('The payload is not valid.');
    expect(seen).toHaveLength(4);
  });

  describe('precedence', () => {
    it.each<[string, (channels: HandlerRegistry, descriptor: ReturnType<typeof channel<'a.{id}'>>) => void]>([
      ['registerChannel twice', (channels, it) => [channels.registerChannel(it), channels.registerChannel(it)]],
      [
        'registerChannel, then register',
        (channels, it) => [channels.registerChannel(it), channels.register(it, 'add', nothing)],
      ],
      [
        'register, then registerChannel',
        (channels, it) => [channels.register(it, 'add', nothing), channels.registerChannel(it)],
      ],
    ])('does not depend on the order of registration for one descriptor: %s', (_order, register) => {
      const channels = registry();
      const descriptor = channel('a.{id}');
      register(channels, descriptor);
      expect(channels.listChannels()).toEqual([descriptor]);
    });

    it('keeps handlers when their channel is registered again', () => {
      const channels = registry();
      const descriptor = channel('a');
      channels.register(descriptor, 'add', nothing);
      channels.registerChannel(descriptor);
      expect(channels.list()).toHaveLength(1);
    });

    it('goes to the first of two descriptors, and the fault names both places', () => {
      const channels = registry();
      const [first, second] = [channel('a.{id}'), channel('a.{id}')];
      channels.registerChannel(first, 'forFeature() in OneModule');
      const fault = faultOf(() => channels.registerChannel(second, 'forFeature() in TwoModule'));
      expect(fault).toBe(
        'Channel "a.{id}" (forFeature() in TwoModule) and channel "a.{id}" (forFeature() in OneModule) can match the same name; ' +
          'give one of them another literal segment, or register one descriptor for both.',
      );
      expect(faultOf(() => channels.register(second, 'add', nothing))).toContain('(register())');
      expect(channels.match('a.1')!.descriptor).toBe(first);
      expect(channels.get(first)!.descriptor).toBe(first);
      expect(channels.get(second)).toBeUndefined();
    });
  });

  it.each([
    ['a.{id}', 'a.{other}'],
    ['a.{id}', 'a.b'],
    ['{x}.b', 'a.{y}'],
    ['{x}', 'ping'],
    ['a.{x}.c', 'a.b.{y}'],
  ])('refuses %s beside %s, in either order', (one, two) => {
    for (const [first, second] of [
      [one, two],
      [two, one],
    ]) {
      const channels = registry();
      channels.registerChannel(channel(first), 'here');
      const fault = faultOf(() => channels.registerChannel(channel(second), 'there'));
      expect(fault).toContain(`Channel "${second}" (there) and channel "${first}" (here) can match the same name`);
      expect(channels.listChannels()).toHaveLength(1);
    }
  });

  it('accepts templates that share no names, and matches each name to its template', () => {
    const channels = registry();
    const names = ['a', 'a.{id}', 'b.{id}', 'a.{id}.x', 'a.{id}.y', '{tenant}.b.z', 'a.{id}.x.{n}'] as const;
    const known = new Map<string, RealtimeChannelDescriptor>(names.map((name) => [name, channel(name)]));
    for (const descriptor of known.values()) channels.registerChannel(descriptor);
    for (const [name, template, params] of [
      ['a', 'a', {}],
      ['a.1', 'a.{id}', { id: '1' }],
      ['b.042', 'b.{id}', { id: '042' }],
      ['a.1.x', 'a.{id}.x', { id: '1' }],
      ['a.1.y', 'a.{id}.y', { id: '1' }],
      ['acme.b.z', '{tenant}.b.z', { tenant: 'acme' }],
      ['a.1.x.2', 'a.{id}.x.{n}', { id: '1', n: '2' }],
      ['a.__proto__', 'a.{id}', { id: '__proto__' }],
      ['a.auth0%7C507f', 'a.{id}', { id: 'auth0|507f' }],
      ['b.%2E', 'b.{id}', { id: '.' }],
      ['%C3%A9.b.z', '{tenant}.b.z', { tenant: 'é' }],
    ] as const) {
      const match = channels.match(name);
      expect(match!.descriptor).toBe(known.get(template));
      expect({ ...match!.params }).toEqual(params);
    }
  });

  it.each([
    '',
    'b',
    'a.1.z',
    'a.1.x.2.3',
    'A',
    'a.',
    '.a',
    'a..x',
    'a.{id}',
    'a. 1',
    'a.1\n',
    'a.\u0000',
    'a.é',
    '__proto__',
    'constructor',
    'toString',
    `a.${'x'.repeat(129)}`,
    'a.%41',
    'a.%2e',
    'a.%C0%AE',
    'a.%0A',
    '%61',
    'a.'.repeat(500),
    'x'.repeat(100_000),
    undefined,
    null,
    42,
    ['a'],
  ])('finds nothing for %j', (name) => {
    const channels = registry();
    for (const known of ['a', 'a.{id}', 'a.{id}.x'] as const) channels.registerChannel(channel(known));
    expect(channels.match(name as string)).toBeNull();
  });

  it('refuses a message that is not declared, and a second handler for one that is', () => {
    const channels = registry();
    const notes = channel('notes');
    channels.register(notes, 'add', nothing);
    expect(faultOf(() => channels.register(notes, 'add', nothing))).toBe(
      'register() and register() both handle "add" of channel "notes"; a message can have only one handler: remove one.',
    );
    expect(faultOf(() => channels.register(notes, 'ad', nothing))).toBe(
      `register() handles "ad", which channel "notes" does not declare; add it to the channel's messages (add, drop) or fix the name.`,
    );
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(faultOf(() => channels.register(notes, name as 'add', nothing))).toContain('does not declare');
    }
    const silent = defineRealtimeChannel({ name: 'silent', scope: 'public', payload: note });
    expect(faultOf(() => channels.register(silent, 'add', nothing))).toContain('(none so far)');
  });

  it.each([undefined, null, {}, 'notes', { name: 'notes', template: 'notes' }])(
    'refuses what was not made by defineRealtimeChannel (case %#)',
    (descriptor) => {
      expect(
        faultOf(() =>
          registry().registerChannel(descriptor as unknown as RealtimeChannelDescriptor, 'forFeature() in M'),
        ),
      ).toBe('forFeature() in M names a channel that was not made by defineRealtimeChannel(); pass its descriptor.');
    },
  );

  it('refuses a handler for the message by which members set their data', () => {
    const channels = registry();
    const room = defineRealtimeChannel({
      name: 'room',
      scope: 'authenticated',
      presence: { data: note, setBy: 'member' },
    });
    channels.registerChannel(room);
    expect(faultOf(() => channels.register(room, 'presence', () => undefined))).toBe(
      'register() handles "presence" of channel "room", by which members set their presence data, so it is taken without a handler; remove the handler.',
    );
  });

  it('refuses a channel with history whose slow clients would miss events, unless it declares that they are disconnected', () => {
    const options = Object.assign(new RealtimeOptions(), { slowConsumer: 'drop' });
    const channels = new HandlerRegistry(new PayloadSchemaCompiler(null), new NoopTracer(), options);
    const kept = defineRealtimeChannel({ name: 'kept', scope: 'public', payload: note, history: true });
    expect(faultOf(() => channels.registerChannel(kept, 'forFeature() in M'))).toBe(
      `Channel "kept" (forFeature() in M) has history, and the option slowConsumer: 'drop' would tear holes into what its clients count; declare slowConsumer: 'disconnect' on the channel.`,
    );
    const own = { name: 'own', scope: 'public', payload: note, history: true, slowConsumer: 'disconnect' } as const;
    channels.registerChannel(defineRealtimeChannel(own));
    expect(channels.listChannels()).toHaveLength(1);
  });

  it('compiles how the log of a channel is kept, with defaults', () => {
    const channels = registry();
    const logOf = (history: boolean | HistoryOptions, name: string) => {
      const channel = defineRealtimeChannel({ name, scope: 'public', payload: note, history });
      channels.registerChannel(channel);
      return channels.match(name)!.registered.log;
    };
    expect(logOf(true, 'a')).toEqual({ size: 100, ttlMs: 300_000 });
    expect(logOf({ size: 5, ttl: '10s' }, 'b')).toEqual({ size: 5, ttlMs: 10_000 });
    expect(logOf(false, 'c')).toBeNull();
  });

  it('registers nothing of a channel whose schema cannot be compiled', () => {
    class Bare {
      text: string;
    }
    const channels = registry();
    const bare = defineRealtimeChannel({ name: 'bare', scope: 'public', events: { added: note, bare: Bare } });
    expect(faultOf(() => channels.registerChannel(bare))).toContain('Event "bare" of channel "bare"');
    for (const [options, place] of [
      [{ payload: Bare }, 'Message "bid" of channel "bare"'],
      [{ payload: note, errors: { TOO_LOW: Bare } }, 'Error TOO_LOW of message "bid" of channel "bare"'],
      [{ payload: note, reply: Bare }, 'The reply of message "bid" of channel "bare"'],
    ] as const) {
      const other = defineRealtimeChannel({ name: 'bare', scope: 'public', messages: { bid: options } });
      expect(faultOf(() => channels.registerChannel(other))).toContain(place);
    }
    expect(channels.listChannels()).toEqual([]);
    expect(channels.match('bare')).toBeNull();
  });
});
