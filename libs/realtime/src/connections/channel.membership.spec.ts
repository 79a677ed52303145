import { beforeEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import fc from 'fast-check';
import { ChannelCensus } from './channel-census.js';
import { type ChannelMatch, matchOf as match } from './channel-match.js';
import { Membership } from './channel.membership.js';
import type { RegisteredChannel } from './registered-channel.js';

const orders = defineRealtimeChannel({ name: 'orders.{orderId}', scope: 'public', events: {} });
const news = defineRealtimeChannel({ name: 'news', scope: 'public', events: {} });

function matchOf(name: string): ChannelMatch {
  const descriptor = name === 'news' ? news : orders;
  return match({ descriptor } as RegisteredChannel, name, descriptor.template.match(name)!);
}

describe('membership', () => {
  let membership: Membership<string>;
  let signals: string[];

  beforeEach(() => {
    const seen: string[] = [];
    signals = seen;
    membership = new Membership();
    membership.watch({
      firstIn: (channel) => seen.push(`first in ${channel.name}, of ${channel.size}`),
      lastOut: (channel) => seen.push(`last out ${channel.name}, of ${channel.size}`),
    });
  });

  const enter = (name: string, member: string) => membership.enter(matchOf(name), member);

  it('signals the first member of a channel and the last, and none between', () => {
    for (const member of ['a', 'b', 'c']) enter('orders.1', member);
    for (const member of ['b', 'a']) membership.exit('orders.1', member);
    expect(signals).toEqual(['first in orders.1, of 1']);
    membership.exit('orders.1', 'c');
    expect(signals).toEqual(['first in orders.1, of 1', 'last out orders.1, of 0']);
    enter('orders.1', 'a');
    expect(signals).toHaveLength(3);
  });

  it('keeps the channels apart', () => {
    enter('orders.1', 'a');
    enter('orders.2', 'a');
    membership.exit('orders.1', 'a');
    expect(signals).toEqual(['first in orders.1, of 1', 'first in orders.2, of 1', 'last out orders.1, of 0']);
  });

  it('signals nothing where what leaves is no member', () => {
    enter('orders.1', 'a');
    membership.exit('orders.1', 'b');
    membership.exit('orders.2', 'a');
    membership.exit('orders.1', 'a');
    membership.exit('orders.1', 'a');
    expect(signals).toEqual(['first in orders.1, of 1', 'last out orders.1, of 0']);
  });

  it('has joined and left by the time it signals', () => {
    const known: boolean[] = [];
    const look = ({ name }: { name: string }) => known.push(membership.get(name) !== undefined);
    membership.watch({ firstIn: look, lastOut: look });
    enter('news', 'a');
    membership.exit('news', 'a');
    expect(known).toEqual([true, false]);
  });

  it('has one object for a channel, which all members share', () => {
    const channel = enter('orders.42', 'a');
    expect(enter('orders.42', 'b')).toBe(channel);
    expect(membership.get('orders.42')).toBe(channel);
    expect(channel).toMatchObject({ name: 'orders.42', descriptor: orders, params: { orderId: '42' }, size: 2 });
  });

  it.each([3, 40])('can be walked while members leave, of %i', (count) => {
    const members = Array.from({ length: count }, (_, n) => `m${n}`);
    for (const member of members) enter('news', member);
    const walked: string[] = [];
    for (const member of membership.get('news')!.values()) {
      walked.push(member);
      membership.exit('news', member);
    }
    expect(walked).toEqual(members);
    expect(membership.size).toBe(0);
  });

  it('agrees with sets, few or many, and so does its census', () => {
    const step = fc.record({
      enters: fc.boolean(),
      name: fc.constantFrom('news', 'orders.1', 'orders.2'),
      member: fc.nat(30).map((n) => `m${n}`),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        membership = new Membership();
        const census = new ChannelCensus(membership);
        const model = new Map<string, Set<string>>();
        for (const { enters, name, member } of steps) {
          const members = model.get(name) ?? new Set();
          if (!enters) membership.exit(name, member);
          else if (!members.has(member)) enter(name, member);
          if (enters) model.set(name, members.add(member));
          else if (members.delete(member) && members.size === 0) model.delete(name);
          expect([...(membership.get(name)?.values() ?? [])]).toEqual([...members]);
        }
        const sizeOf = (name: string): number => model.get(name)?.size ?? 0;
        const subscriptions = { news: sizeOf('news'), 'orders.{orderId}': sizeOf('orders.1') + sizeOf('orders.2') };
        const expected = Object.entries(subscriptions).filter(([, count]) => count > 0);
        expect(new Map(census.subscriptions())).toEqual(new Map(expected));
        expect([census.channels, membership.size]).toEqual([model.size, model.size]);
      }),
    );
  });
});
