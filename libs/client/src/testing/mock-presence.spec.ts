import { describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, type Member } from '@nestjs-realtime/contract';
import { z } from 'zod';
import type { ChannelHandle } from '../index.js';
import { createMockRealtime } from './index.js';

const room = defineRealtimeChannel({
  name: 'rooms.{id}',
  scope: 'authenticated',
  presence: { data: z.object({ mood: z.string() }), setBy: 'member' },
});
const here = defineRealtimeChannel({ name: 'here', scope: 'authenticated', presence: true });
const plain = defineRealtimeChannel({ name: 'plain', scope: 'authenticated', messages: { presence: z.string() } });
const target = room.with({ id: '1' });
const user = { userId: 'ada', roles: [] };
const shown = (members: readonly Member[]): unknown[] => members.map(({ userId, data }) => [userId, data]);

describe('the mock of a channel with presence', () => {
  it('has another member once the user of the client has changed', async () => {
    const { client, server } = createMockRealtime({ user });
    const handle = client.channel(here);
    await handle.ready();
    server.setUser({ userId: 'bob', roles: [] });
    await client.authenticate();
    await handle.ready();
    expect(handle.presence.members.map(({ userId }) => userId)).toEqual(['bob']);
    await client.close();
  });

  it('has members at the subscription, the user of the client included, and tells of each change', async () => {
    const { client, server } = createMockRealtime({ user });
    await server.join(target, 'bob', { mood: 'free' });
    const { presence } = client.channel(target);
    const lines: string[] = [];
    presence.onJoin(({ userId }) => lines.push(`+ ${userId}`));
    presence.onLeave(({ userId }) => lines.push(`- ${userId}`));
    await client.channel(target).ready();
    expect(shown(presence.members)).toEqual([
      ['bob', { mood: 'free' }],
      ['ada', undefined],
    ]);
    await server.join(target, 'kim', { mood: 'free' });
    await server.join(target, 'bob', { mood: 'busy' });
    await server.leave(target, 'kim');
    await server.leave(target, 'unknown');
    expect(shown(presence.members)).toEqual([
      ['bob', { mood: 'busy' }],
      ['ada', undefined],
    ]);
    expect(lines).toEqual(['+ bob', '+ ada', '+ kim', '- kim']);
    await client.close();
  });

  it('keeps an update among the messages, and changes the data where members set it', async () => {
    const { client, server } = createMockRealtime({ user });
    const { presence } = client.channel(target);
    await presence.update({ mood: 'busy' });
    expect(server.sent).toEqual([{ channel: 'rooms.1', message: 'presence', payload: { mood: 'busy' } }]);
    expect(shown(presence.members)).toEqual([['ada', { mood: 'busy' }]]);
    const other = client.channel(here);
    await other.ready();
    await client.channel(plain).send('presence', 'hello');
    await (other as ChannelHandle).send('presence', 'hello');
    expect(shown(other.presence.members)).toEqual([['ada', undefined]]);
    await client.close();
  });

  it('keeps the data that the test gives the user, and has no member for an anonymous one', async () => {
    const { client, server } = createMockRealtime({ user });
    await server.join(target, 'ada', { mood: 'free' });
    const handle = client.channel(target);
    await handle.ready();
    expect(shown(handle.presence.members)).toEqual([['ada', { mood: 'free' }]]);
    await client.close();
    const anonymous = createMockRealtime();
    const { presence } = anonymous.client.channel(target);
    await presence.update({ mood: 'busy' });
    await anonymous.client.channel(plain).ready();
    expect([presence.members, anonymous.server.sent.length]).toEqual([[], 1]);
    await anonymous.client.close();
  });

  it('has members in the order in which they joined', async () => {
    const { client, server } = createMockRealtime();
    const users = [...'zyxwvutsrqponmlkjihgfedcba'];
    await Promise.all(users.map((userId) => server.join(here, userId)));
    const handle = client.channel(here);
    await handle.ready();
    expect(handle.presence.members.map(({ userId }) => userId)).toEqual(users);
    await client.close();
  });

  it('has what has changed meanwhile for a client that it brings back', async () => {
    const { client, server } = createMockRealtime({ user: null });
    const { presence } = client.channel(here);
    await client.channel(here).ready();
    await server.join(here, 'bob');
    server.drop();
    await server.join(here, 'kim');
    await server.leave(here, 'bob');
    expect(shown(presence.members)).toEqual([['bob', undefined]]);
    await server.reconnect();
    expect(shown(presence.members)).toEqual([['kim', undefined]]);
    await client.close();
  });

  it('takes the user off a channel that the client leaves', async () => {
    const { client } = createMockRealtime({ user });
    const since: string[] = [];
    for (let n = 0; n < 2; n++) {
      const handle = client.channel(here);
      await handle.ready();
      since.push(...handle.presence.members.map((member) => member.since));
      handle.unsubscribe();
      await client.channel(plain).ready();
    }
    expect(since[1] > since[0]).toBe(true);
    await client.close();
  });

  it('says which channel has no members', async () => {
    const { client, server } = createMockRealtime();
    const leave = server.leave as (target: object, userId: string) => Promise<void>;
    await expect(leave(plain, 'ada')).rejects.toThrow('The channel "plain" has no members; declare it with');
    await client.close();
  });

  it('says which users are online', async () => {
    const { client, server } = createMockRealtime();
    await server.setOnline(['bob', 'unknown']);
    const watch = client.watch(['bob', 'kim']);
    const lines: string[][] = [];
    watch.onOnline((online) => lines.push([...online]));
    await client.channel(plain).ready();
    await server.setOnline(['kim']);
    await server.setOnline(['kim', 'eve']);
    expect(lines).toEqual([['bob'], ['kim']]);
    server.drop();
    await server.setOnline(['bob']);
    await server.reconnect();
    expect([...watch.online]).toEqual(['bob']);
    client.disconnect();
    await server.setOnline([]);
    expect([...watch.online]).toEqual(['bob']);
    await client.close();
  });

  it('refuses a list of users when it is told to', async () => {
    const { client, server } = createMockRealtime();
    await server.setOnline(['bob']);
    await client.ready();
    server.refuse('FORBIDDEN');
    const watch = client.watch(['bob']);
    await client.channel(plain).ready();
    expect(watch.online.size).toBe(0);
    await client.close();
  });
});
