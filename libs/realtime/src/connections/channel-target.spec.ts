// Which values name one concrete channel, and what does the fault of any other say?
import { describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { concreteChannel } from './channel-target.js';

const orders = defineRealtimeChannel({ name: 'orders.{orderId}', scope: 'public', events: { refresh: null } });
const news = defineRealtimeChannel({ name: 'news', scope: 'public', events: { flash: null } });

class Fault extends Error {}
const channel = (target: unknown) => concreteChannel(target, (problem) => new Fault(problem));

describe('a target', () => {
  it('is an address, or a descriptor whose name has no params', () => {
    expect(channel(orders.with({ orderId: '42' }))).toEqual({ descriptor: orders, name: 'orders.42' });
    expect(channel(news)).toEqual({ descriptor: news, name: 'news' });
    expect(channel(news.with({}))).toEqual({ descriptor: news, name: 'news' });
  });

  const NO_TARGET =
    'The call names no channel; pass a descriptor or channel.with({ ... }). If you did, an import cycle';
  const MADE_UP = 'The call names a channel that was not made by defineRealtimeChannel(); pass its descriptor.';
  it.each<[string, unknown, string]>([
    ['a name', 'news', '"news" is a name, and a name is no target; pass the descriptor, or descriptor.with({ ... }).'],
    ['undefined', undefined, NO_TARGET],
    ['null', null, NO_TARGET],
    ['a number', 42, NO_TARGET],
    ['a function', () => news, NO_TARGET],
    ['a list', [news], 'A list is no channel here; call once for each of them.'],
    ['an empty list', [], 'A list is no channel here; call once for each of them.'],
    [
      'a descriptor with open params',
      orders,
      '"orders.{orderId}" is not a concrete name of channel "orders.{orderId}"; pass channel.with({ ... }).',
    ],
    ['an object', {}, MADE_UP],
    ['a name in an object', { name: 'news' }, MADE_UP],
    ['a made-up descriptor', { name: 'news', template: {} }, MADE_UP],
    ['a descriptor that accepts every name', { name: 'news', template: { matches: () => true } }, MADE_UP],
    ['an address without descriptor', { descriptor: undefined, name: 'news' }, MADE_UP],
    [
      'an address of another channel',
      { descriptor: orders, name: 'news' },
      '"news" is not a concrete name of channel "orders.{orderId}"',
    ],
    [
      'an address with a name of too many segments',
      { descriptor: orders, name: 'orders.4.2' },
      '"orders.4.2" is not a concrete name of channel "orders.{orderId}"',
    ],
    [
      'an address whose name is no string',
      { descriptor: orders, name: 42 },
      '"42" is not a concrete name of channel "orders.{orderId}"',
    ],
  ])('is not %s', (_what, target, sentence) => {
    expect(() => channel(target)).toThrow(Fault);
    expect(() => channel(target)).toThrow(sentence);
  });
});
