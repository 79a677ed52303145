import { describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { z } from 'zod';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import { matchOf } from '../connections/channel-match.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { type MessageAuthority, MessageRequest } from '../connections/message-request.js';
import {
  BroadcastRequest,
  ConnectRequest,
  type RealtimeRequest,
  SubscribeRequest,
} from '../connections/realtime-request.js';
import type { RegisteredChannel } from '../connections/registered-channel.js';
import { RealtimeExecutionContext } from './realtime-execution-context.js';

const orders = defineRealtimeChannel({ name: 'orders.{orderId}', scope: 'public', payload: z.number() });
const registered: RegisteredChannel = {
  descriptor: orders,
  place: 'the spec',
  events: new Map(),
  messages: new Map(),
  log: null,
  snapshot: null,
  presence: null,
  guards: [],
  guardNames: new Set(),
};
const accepted: RealtimeHandshake = { auth: { token: 'old' }, cookies: {}, query: {}, headers: {}, address: '::1' };
const offered: RealtimeHandshake = { ...accepted, auth: { token: 'new' } };
const ada = { userId: 'ada', roles: [] };
const view = { connectionId: 'c1' };
const connection = { view, user: ada, handshake: accepted, client: 'the socket' } as unknown as LiveConnection;
const match = matchOf(registered, 'orders.42', orders.template.match('orders.42')!);
const order = orders.with({ orderId: '42' });
const news = defineRealtimeChannel({ name: 'news', scope: 'public', payload: z.number() });

/** What a guard of the application reads. */
function seen(request: RealtimeRequest): unknown[] {
  const context = RealtimeExecutionContext.of(request, class Guard {});
  const { channelName, event, message, payload } = context.getRequest();
  return [
    context.getGate(),
    context.getConnection(),
    context.getUser(),
    context.getHandshake(),
    [channelName, context.getChannel(), { ...context.getParams() }],
    [event, message, payload],
  ];
}

describe('what a guard sees of a request', () => {
  it('is the offered handshake at gate 1, and no user before that handshake is verified', () => {
    const request = new ConnectRequest(connection, offered);
    expect(seen(request)).toEqual(['connect', view, null, offered, [null, null, {}], [null, null, offered]]);
    request.user = ada;
    expect(request.user).toBe(ada);
  });

  it('is the channel at gate 2, with its params, for the user of the connection', () => {
    const request = new SubscribeRequest(connection, 'orders.42', match);
    const place = ['orders.42', order, { orderId: '42' }];
    expect(seen(request)).toEqual(['subscribe', view, ada, accepted, place, [null, null, undefined]]);
    expect(() => Object.assign(request, { user: null })).toThrow(TypeError);
  });

  it('is the name alone at gate 2 where no channel matches it', () => {
    const place = ['no.such', null, {}];
    expect(seen(new SubscribeRequest(connection, 'no.such', null))).toEqual([
      ...['subscribe', view, ada, accepted],
      ...[place, [null, null, undefined]],
    ]);
  });

  it.each([
    ['registered', registered],
    ['not registered', null],
  ])('is the channel at gate 4, with its params, where it is %s', (_, known) => {
    const request = new BroadcastRequest(['orders.42'], orders, known, 'message', 7);
    const place = ['orders.42', order, { orderId: '42' }];
    expect(seen(request)).toEqual(['broadcast', null, null, null, place, ['message', null, 7]]);
    expect(request.match?.registered ?? null).toBe(known);
  });

  it('is the first channel at gate 4, where a broadcast names several', () => {
    const request = new BroadcastRequest(['orders.7', 'orders.42'], orders, registered, 'message', 7);
    expect(seen(request)[4]).toEqual(['orders.7', orders.with({ orderId: '7' }), { orderId: '7' }]);
    expect(request.names).toEqual(['orders.7', 'orders.42']);
  });

  it('is the message at gate 3, of its sender', () => {
    const inbound = { channel: 'orders.42', message: 'add', payload: 7 };
    const request = new MessageRequest(connection, inbound, match, {} as MessageAuthority);
    const place = ['orders.42', order, { orderId: '42' }];
    expect(seen(request)).toEqual(['message', view, ada, accepted, place, [null, 'add', 7]]);
  });

  it('is the channel of a descriptor, and no other one', () => {
    const at = (request: RealtimeRequest) => RealtimeExecutionContext.of(request, class Guard {});
    const inOrders = at(new SubscribeRequest(connection, 'orders.42', match));
    expect(inOrders.getChannel(orders)?.params.orderId).toBe('42');
    expect(inOrders.getChannel(orders)).toBe(inOrders.getChannel());
    expect(inOrders.getChannel(news)).toBeNull();
    const twin = defineRealtimeChannel({ name: 'orders.{orderId}', scope: 'public', payload: z.number() });
    expect(inOrders.getChannel(twin)).toBeNull();
    for (const request of [
      new SubscribeRequest(connection, 'no.such', null),
      new ConnectRequest(connection, offered),
    ]) {
      expect([at(request).getChannel(), at(request).getChannel(orders)]).toEqual([null, null]);
    }
  });
});
