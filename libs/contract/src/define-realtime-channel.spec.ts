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

  it('knows whether it is declared with payload, which decides what a broadcast of two arguments means', () => {
    const short = defineRealtimeChannel({ name: 'a', scope: 'public', payload: Shipped });
    const named = defineRealtimeChannel({ name: 'b', scope: 'public', events: { message: Shipped } });
    expect([short.short, named.short]).toEqual([true, false]);
  });

  it('has a null slot for an event or a message that carries nothing', () => {
    const channel = defineRealtimeChannel({
      name: 'a',
      scope: 'public',
      events: { refresh: null },
      messages: { poke: null },
    });
    expect([channel.events.refresh, channel.messages.poke]).toEqual([null, null]);
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

  it.each<ChannelScope>([
    'public',
    'authenticated',
    { role: 'admin' },
    { userScoped: 'userId' },
    { sessionScoped: 'userId' },
  ])('accepts the scope %j and keeps a copy of it', (scope) => {
    const declared = defineRealtimeChannel({ name: 'u.{userId}', scope, payload: Shipped } as Definition);
    expect(declared.scope).toEqual(scope);
    expect(Object.isFrozen(declared.scope)).toBe(true);
    if (typeof scope === 'object') expect(declared.scope).not.toBe(scope);
  });

  it.each([
    [
      undefined,
      "use 'public', 'authenticated', { role: '...' }, { userScoped: 'param' } or { sessionScoped: 'param' }",
    ],
    [null, 'has no known scope'],
    ['everyone', 'has no known scope'],
    [{}, 'has no known scope'],
    [['public'], 'has no known scope'],
    [{ role: 'admin', userScoped: 'userId' }, 'has no known scope'],
    [{ roles: ['admin'] }, 'has no known scope'],
    [{ role: '' }, "empty role; write scope: { role: 'admin' }"],
    [{ role: '  ' }, 'empty role'],
    [{ role: 7 }, 'empty role'],
    [{ sessionScoped: 'id' }, 'is sessionScoped by "id", which its name lacks; add {id} to the name'],
    [{ sessionScoped: 'userId', userScoped: 'userId' }, 'has no known scope'],
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

  it('tells a Standard Schema and a class apart, also where the schema is a function', () => {
    const callable = Object.assign(() => undefined, { '~standard': z.string()['~standard'] });
    expect(isStandardSchema(z.string())).toBe(true);
    expect(isStandardSchema(callable as never)).toBe(true);
    expect(isStandardSchema(Shipped)).toBe(false);
  });
});
