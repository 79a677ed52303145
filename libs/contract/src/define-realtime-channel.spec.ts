import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import {
  ChannelDefinitionError,
  ChannelParamsError,
  type ChannelScope,
  defineRealtimeChannel,
  isStandardSchema,
} from './index.js';

class Shipped {
  at: string;
}
class AddNote {
  text: string;
}
type Definition = Parameters<typeof defineRealtimeChannel>[0];

describe('defineRealtimeChannel', () => {
  it('gives a frozen descriptor with its events and messages', () => {
    const text = z.string();
    const orders = defineRealtimeChannel({
      name: 'orders.{orderId}',
      scope: 'authenticated',
      events: { shipped: Shipped, 'line_note-1': text },
      messages: { addNote: AddNote },
    });
    expect(orders).toMatchObject({ name: 'orders.{orderId}', scope: 'authenticated' });
    expect({ ...orders.events }).toEqual({ shipped: Shipped, 'line_note-1': text });
    expect({ ...orders.messages }).toEqual({ addNote: AddNote });
    expect(orders.template.source).toBe('orders.{orderId}');
    for (const part of [orders, orders.events, orders.messages]) expect(Object.isFrozen(part)).toBe(true);
  });

  it('names the only event and the only message "message"', () => {
    const ping = defineRealtimeChannel({ name: 'realtime-ping', scope: 'public', payload: Shipped, message: AddNote });
    expect({ ...ping.events }).toEqual({ message: Shipped });
    expect({ ...ping.messages }).toEqual({ message: AddNote });
    const silent = defineRealtimeChannel({ name: 'silent', scope: 'public' });
    expect(Object.keys({ ...silent.events, ...silent.messages })).toEqual([]);
  });

  it('keeps inherited names out of its slots', () => {
    const channel = defineRealtimeChannel({ name: 'x', scope: 'public', events: { toString: Shipped } });
    expect(Object.getPrototypeOf(channel.messages)).toBeNull();
    expect(channel.events.toString).toBe(Shipped);
    expect((channel.messages as Record<string, unknown>)['toString']).toBeUndefined();
  });

  it('addresses one concrete channel and keeps a copy of its params', () => {
    const orders = defineRealtimeChannel({ name: 'orders.{orderId}', scope: 'public', payload: Shipped });
    const params = { orderId: '42' };
    const address = orders.with(params);
    params.orderId = '43';
    expect(address).toEqual({ descriptor: orders, name: 'orders.42', params: { orderId: '42' } });
    expect(orders.with({ orderId: 'a.b' })).toMatchObject({ name: 'orders.a%2Eb', params: { orderId: 'a.b' } });
    expect(() => orders.with({ orderId: 'a\n' })).toThrow(ChannelParamsError);
  });

  it.each<ChannelScope>(['public', 'authenticated', { role: 'admin' }, { userScoped: 'userId' }])(
    'accepts the scope %j',
    (scope) => {
      expect(defineRealtimeChannel({ name: 'u.{userId}', scope, payload: Shipped } as Definition).scope).toEqual(scope);
    },
  );

  it.each([
    [undefined, "use 'public', 'authenticated', { role: '...' } or { userScoped: 'param' }"],
    [null, 'has no known scope'],
    ['everyone', 'has no known scope'],
    [{}, 'has no known scope'],
    [['public'], 'has no known scope'],
    [{ role: 'admin', userScoped: 'userId' }, 'has no known scope'],
    [{ roles: ['admin'] }, 'has no known scope'],
    [{ role: '' }, "empty role; write scope: { role: 'admin' }"],
    [{ role: '  ' }, 'empty role'],
    [{ role: 7 }, 'empty role'],
    [{ userScoped: 'id' }, 'add {id} to the name or name one of its params'],
    [{ userScoped: '' }, 'which its name lacks'],
    [{ userScoped: 'toString' }, 'which its name lacks'],
  ])('refuses the scope %j and says how to fix it', (scope, fix) => {
    const declare = () =>
      defineRealtimeChannel({ name: 'u.{userId}', scope, payload: Shipped } as unknown as Definition);
    expect(declare).toThrow(ChannelDefinitionError);
    expect(declare).toThrow(fix);
    expect(declare).toThrow('u.{userId}');
  });

  it.each([
    [{ payload: Shipped, events: { a: Shipped } }, 'gives its events twice; keep the short form or the named one'],
    [{ message: AddNote, messages: { a: AddNote } }, 'gives its messages twice'],
    [{ events: { a: undefined } }, 'an import cycle has left it undefined'],
    [{ events: { a: null } }, 'The event "a" of channel "x" has no schema'],
    [{ messages: { a: 'string' } }, 'The message "a" of channel "x" has no schema'],
    [{ messages: { a: {} } }, 'give it a class or a Standard Schema'],
    [{ payload: 42 }, 'The event "message" of channel "x" has no schema'],
    [{ events: { 'a.b': Shipped } }, 'illegal event name "a.b"; use 1 to 64 of A-Z a-z 0-9 _ -'],
    [{ events: { '': Shipped } }, 'illegal event name ""'],
    [{ events: { ['x'.repeat(65)]: Shipped } }, '1 to 64'],
    [{ events: { 'a\n': Shipped } }, 'illegal event name'],
    [{ messages: { constructor: AddNote } }, 'illegal message name "constructor"'],
    [{ messages: { ['__proto__']: AddNote } }, 'illegal message name "__proto__"'],
    [{ events: { prototype: Shipped } }, 'illegal event name "prototype"'],
    [{ name: 'x y', payload: Shipped }, 'illegal segment "x y"'],
    [{ payload: Shipped, flush: { everyMs: 0 } }, 'a flush window of 0 ms; give it 1 to 1000'],
    [{ payload: Shipped, flush: { everyMs: 1_001 } }, 'a flush window of 1001 ms'],
    [{ payload: Shipped, flush: {} }, 'a flush window of undefined ms'],
  ])('refuses the declaration %j and says how to fix it', (part, fix) => {
    const declare = () => defineRealtimeChannel({ name: 'x', scope: 'public', ...part } as unknown as Definition);
    expect(declare).toThrow(ChannelDefinitionError);
    expect(declare).toThrow(fix);
  });

  it('tells a Standard Schema and a class apart, also where the schema is a function', () => {
    const callable = Object.assign(() => undefined, { '~standard': z.string()['~standard'] });
    expect(isStandardSchema(z.string())).toBe(true);
    expect(isStandardSchema(callable as never)).toBe(true);
    expect(isStandardSchema(Shipped)).toBe(false);
  });
});
