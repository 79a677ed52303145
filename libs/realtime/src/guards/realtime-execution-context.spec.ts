import { describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { z } from 'zod';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import type { ChannelMatch } from '../connections/channel-match.js';
import type { LiveConnection } from '../connections/live.connection.js';
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
  guards: [],
  guardNames: new Set(),
};
const accepted: RealtimeHandshake = { auth: { token: 'old' }, cookies: {}, headers: {}, address: '::1' };
const offered: RealtimeHandshake = { ...accepted, auth: { token: 'new' } };
const ada = { userId: 'ada', roles: [] };
const connection = { user: ada, handshake: accepted, client: 'the socket' } as unknown as LiveConnection;
const params = orders.template.match('orders.42')!;
const match: ChannelMatch = { registered, descriptor: orders, name: 'orders.42', params };

/** What a guard of the application reads. */
function seen(request: RealtimeRequest): unknown[] {
  const context = RealtimeExecutionContext.of(request, class Guard {});
  const { channel, event, payload } = context.getRequest();
  return [
    context.getGate(),
    context.getConnection(),
    context.getUser(),
    context.getHandshake(),
    [channel, context.getChannel(), { ...context.getParams() }],
    [event, payload],
  ];
}

describe('what a guard sees of a request', () => {
  it('is the offered handshake at gate 1, and no user before that handshake is verified', () => {
    const request = new ConnectRequest(connection, offered);
    expect(seen(request)).toEqual(['connect', connection, null, offered, [null, null, {}], [null, offered]]);
    request.user = ada;
    expect(request.user).toBe(ada);
  });

  it('is the channel at gate 2, with its params, for the user of the connection', () => {
    const request = new SubscribeRequest(connection, 'orders.42', match);
    const place = ['orders.42', orders, { orderId: '42' }];
    expect(seen(request)).toEqual(['subscribe', connection, ada, accepted, place, [null, undefined]]);
    expect(() => Object.assign(request, { user: null })).toThrow(TypeError);
  });

  it('is the name alone at gate 2 where no channel matches it', () => {
    const place = ['no.such', null, {}];
    expect(seen(new SubscribeRequest(connection, 'no.such', null))).toEqual([
      ...['subscribe', connection, ada, accepted],
      ...[place, [null, undefined]],
    ]);
  });

  it.each([
    ['registered', registered],
    ['not registered', null],
  ])('is the channel at gate 4, with its params, where it is %s', (_, known) => {
    const request = new BroadcastRequest('orders.42', orders, known, 'message', 7);
    const place = ['orders.42', orders, { orderId: '42' }];
    expect(seen(request)).toEqual(['broadcast', null, null, null, place, ['message', 7]]);
    expect(request.match?.registered ?? null).toBe(known);
  });
});
