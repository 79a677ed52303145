// What can code do with a connection that a hook or a guard hands out? Read it, and nothing else.
import { describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import { type ChannelMatch, matchOf } from './channel-match.js';
import { LiveConnection } from './live.connection.js';
import { whoFault } from './party.js';
import type { RegisteredChannel } from './registered-channel.js';

class Connection extends LiveConnection {
  private presented: RealtimeHandshake = { auth: {}, cookies: {}, query: {}, headers: {}, address: '::1' };
  override get handshake(): RealtimeHandshake {
    return this.presented;
  }
  override acceptAuth(auth: RealtimeHandshake['auth']): void {
    this.presented = { ...this.presented, auth };
  }
  override readonly client = { socket: true };
  protected override enter(match: ChannelMatch): ChannelMatch {
    return match;
  }
  protected override exit(): void {}
  protected override notify(): void {}
  override disconnect(): void {}
  override replay(): Promise<void> {
    return Promise.resolve();
  }
  override cutOff(): void {}
}

const orders = defineRealtimeChannel({ name: 'orders.{orderId}', scope: 'public', events: { refresh: null } });
const registered = { descriptor: orders } as unknown as RegisteredChannel;
const order = (id: string) => matchOf(registered, `orders.${id}`, orders.template.match(`orders.${id}`)!);
const live = () => new Connection('c1');

describe('the view of a connection', () => {
  it('is one and the same for a connection, and follows it', () => {
    const connection = live();
    const { view } = connection;
    expect(connection.view).toBe(view);
    expect([view.connectionId, view.user, view.closed, [...view.channels]]).toEqual(['c1', null, false, []]);
    connection.user = { userId: 'ada', roles: [] };
    connection.acceptAuth({ token: 't' });
    connection.join(order('1'));
    expect([view.user, view.handshake.auth]).toEqual([{ userId: 'ada', roles: [] }, { token: 't' }]);
    expect([...view.channels]).toEqual([
      ['orders.1', { descriptor: orders, name: 'orders.1', params: { orderId: '1' } }],
    ]);
    connection.end();
    expect([view.closed, view.channels.size]).toEqual([true, 0]);
  });

  it('says whose connections are meant, as any Who', () => {
    expect(whoFault(live().view)).toBeNull();
  });

  it('gives no way to what bypasses a gate', () => {
    const connection = live();
    connection.join(order('1'));
    const { view } = connection;
    expect(Reflect.ownKeys(view)).toEqual([]);
    for (const member of ['join', 'leave', 'evict', 'end', 'goodbye', 'disconnect', 'spend', 'client', 'live']) {
      expect((view as unknown as Record<string, unknown>)[member]).toBeUndefined();
    }
    for (const member of ['connectionId', 'user', 'handshake', 'channels', 'closed']) {
      expect(() => Object.assign(view, { [member]: null })).toThrow(TypeError);
    }
    expect(Object.values(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(view)))).not.toContainEqual(
      expect.objectContaining({ set: expect.any(Function) }),
    );
    expect(JSON.parse(JSON.stringify(view))).toEqual({});
  });

  it('hands out a map of channels, whose change subscribes to nothing', () => {
    const connection = live();
    connection.join(order('1'));
    const channels = connection.view.channels as Map<string, unknown>;
    channels.set('orders.2', order('2').address);
    channels.delete('orders.1');
    expect(connection.subscriptions.keys()).toEqual(['orders.1']);
    expect([...connection.view.channels.keys()]).toEqual(['orders.1']);
    expect(Object.keys(connection.view.channels.get('orders.1')!).sort()).toEqual(['descriptor', 'name', 'params']);
  });
});
