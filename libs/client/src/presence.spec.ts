import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { defineRealtimeChannel, type Member } from '@nestjs-realtime/contract';
import { z } from 'zod';
import { reached } from '../test/reached.js';
import { memberOf, ScriptedMembers } from '../test/scripted-members.js';
import { refuse, ScriptedServer } from '../test/scripted-server.js';
import { type ChannelHandle, createRealtimeClient, type RealtimeClient } from './index.js';

const room = defineRealtimeChannel({
  name: 'a',
  scope: 'authenticated',
  presence: { data: z.object({ mood: z.string() }), setBy: 'member' },
});
type Room = ChannelHandle<typeof room>;
const [ada, bob, eve] = [memberOf('ada', 1), memberOf('bob', 2), memberOf('eve', 3)];
const usersOf = (members: readonly Member[]): string => members.map(({ userId }) => userId).join(' ');

/** All that the listeners of a handle are told, in order. */
function told({ presence }: Room): string[] {
  const lines: string[] = [];
  presence.onMembers((members) => lines.push(`= ${usersOf(members)}`));
  presence.onJoin(({ userId }) => lines.push(`+ ${userId}`));
  presence.onLeave(({ userId }) => lines.push(`- ${userId}`));
  return lines;
}

describe('the members of a channel', () => {
  let server: ScriptedServer;
  let there: ScriptedMembers;
  let client: RealtimeClient;
  /** Resolves once the client has read what the server has sent. */
  let fences = 0;
  const flushed = () => client.channel(`fence-${++fences}`).ready();

  beforeEach(async () => {
    server = await ScriptedServer.listen();
    there = new ScriptedMembers(server);
    there.change([eve, ada, bob]);
    client = createRealtimeClient({ url: server.url, retryDelay: 5, maxRetryDelay: 20 });
  });
  afterEach(async () => {
    await client.close();
    await server.close();
  });

  async function subscribed(): Promise<{ handle: Room; lines: string[] }> {
    const handle = client.channel(room);
    await handle.ready();
    return { handle, lines: told(handle) };
  }
  async function cut(meanwhile: () => void = () => undefined): Promise<void> {
    server.drop();
    await reached(client, 'reconnecting');
    meanwhile();
  }

  it('come with the subscription, in the order in which they came, then of their ids', async () => {
    there.change([memberOf('zoe', 2), memberOf('abe', 2)]);
    const handle = client.channel(room);
    const lines = told(handle);
    expect(handle.presence.members).toEqual([]);
    await handle.ready();
    expect(handle.presence.members).toEqual(there.members);
    expect(usersOf(handle.presence.members)).toBe('ada abe bob zoe eve');
    expect(lines).toEqual(['+ ada', '+ abe', '+ bob', '+ zoe', '+ eve', '= ada abe bob zoe eve']);
  });

  it('are one frozen array until something changes, which all handles on the name share', async () => {
    const { handle } = await subscribed();
    const { members } = handle.presence;
    expect(Object.isFrozen(members)).toBe(true);
    const late = client.channel(room);
    expect(late.presence.members).toBe(members);
    there.send({ joined: [bob], left: [] });
    await flushed();
    expect(handle.presence.members).toBe(members);
    there.change([memberOf('kim', 4)]);
    await flushed();
    expect(handle.presence.members).not.toBe(members);
    expect(late.presence.members).toBe(handle.presence.members);
    expect(handle.presence.members[0]).toBe(members[0]);
    expect(handle.presence).toBe(handle.presence);
  });

  it('are there at once for a handle that comes later, whose listeners hear what follows', async () => {
    await subscribed();
    const late = client.channel(room);
    const lines = told(late);
    expect(late.presence.members).toEqual([ada, bob, eve]);
    await flushed();
    expect(lines).toEqual([]);
    there.change([], ['ada']);
    await flushed();
    expect(lines).toEqual(['- ada', '= bob eve']);
  });

  it('change with each diff: who is known and joins has changed, and who is unknown does not leave', async () => {
    const { handle, lines } = await subscribed();
    there.change([memberOf('kim', 4)], ['bob']);
    there.change([memberOf('ada', 1, { connections: 2, data: { mood: 'busy' } })]);
    there.change([memberOf('kim', 0)]);
    there.send({ joined: [], left: [memberOf('unknown')] });
    there.send({ joined: there.members, left: [] });
    await flushed();
    expect(lines).toEqual(['- bob', '+ kim', '= ada eve kim', '= ada eve kim', '= kim ada eve']);
    expect(handle.presence.members).toEqual(there.members);
    expect(handle.presence.members[1].data).toEqual({ mood: 'busy' });
  });

  it('are told to each listener until it is removed, also where one throws', async () => {
    const { handle } = await subscribed();
    const thrown: unknown[] = [];
    const { queueMicrotask } = globalThis;
    const uncaught = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation((act) =>
      queueMicrotask(() => {
        try {
          act();
        } catch (error) {
          thrown.push(error);
        }
      }),
    );
    const { presence } = handle;
    const offs = [
      presence.onJoin(() => {
        throw new Error('join');
      }),
      presence.onMembers(() => {
        throw new Error('members');
      }),
    ];
    const lines = told(handle);
    there.change([memberOf('kim', 4)]);
    await flushed();
    expect(lines).toEqual(['+ kim', '= ada bob eve kim']);
    for (const off of offs) off();
    there.change([memberOf('lee', 5)]);
    await flushed();
    uncaught.mockRestore();
    expect(thrown.map(String)).toEqual(['Error: join', 'Error: members']);
    expect(lines).toHaveLength(4);
  });

  it('stay as they were while the connection is lost, and are told only what has changed meanwhile', async () => {
    const { handle, lines } = await subscribed();
    const { members } = handle.presence;
    await cut(() => there.change([memberOf('kim', 4)], ['bob']));
    expect([handle.status.state, handle.presence.members]).toEqual(['subscribing', members]);
    expect(client.channel(room).presence.members).toBe(members);
    await handle.ready();
    expect(lines).toEqual(['- bob', '+ kim', '= ada eve kim']);
    const later = handle.presence.members;
    await cut();
    await handle.ready();
    expect(handle.presence.members).toBe(later);
    expect(lines).toHaveLength(3);
  });

  it('are those of the next subscription after the server has lost events, and nothing counts before it', async () => {
    const { handle, lines } = await subscribed();
    there.evict();
    server.socket.emit('rt:presence', { channel: 'a', joined: [memberOf('late')], left: [] });
    await reached(handle, 'subscribing');
    there.change([], ['eve'], false);
    await handle.ready();
    expect(lines).toEqual(['- eve', '= ada bob']);
    expect(handle.presence.members).toEqual([ada, bob]);
  });

  it('are none where the client may not see them, or no longer', async () => {
    const { handle, lines } = await subscribed();
    there.isVisible = false;
    await cut();
    await handle.ready();
    expect(handle.presence.members).toEqual([]);
    expect(lines).toEqual(['- ada', '- bob', '- eve', '= ']);
  });

  it('are gone when the server ends the subscription for good, or this client is closed', async () => {
    const { handle, lines } = await subscribed();
    there.evict('REVOKED', false);
    await reached(handle, 'ended');
    expect(handle.presence.members).toEqual([]);
    expect(lines).toEqual(['- ada', '- bob', '- eve', '= ']);
    const next = await subscribed();
    expect(next.handle.presence.members).toHaveLength(3);
    await client.close();
    expect(next.handle.presence.members).toEqual([]);
    expect(next.lines).toEqual(lines);
    expect(client.channel(room).presence.members).toEqual([]);
  });

  it('are gone without a word for a handle that is unsubscribed, and for no other', async () => {
    const { handle, lines } = await subscribed();
    const other = client.channel(room);
    const others = told(other);
    handle.unsubscribe();
    expect([handle.presence.members, other.presence.members]).toEqual([[], [ada, bob, eve]]);
    there.change([], ['bob']);
    await flushed();
    expect(handle.presence.members).toEqual([]);
    expect([lines, others]).toEqual([[], ['- bob', '= ada eve']]);
    other.unsubscribe();
    const again = client.channel(room);
    expect(again.presence.members).toEqual([ada, eve]);
  });

  it.each(['onJoin', 'onLeave', 'onMembers'] as const)('are told in order where %s closes the client', async (on) => {
    const { handle } = await subscribed();
    handle.presence[on](() => void client.close());
    const lines = told(handle);
    there.change([memberOf('kim', 4)], ['ada', 'bob']);
    await reached(handle, 'ended');
    expect(lines).toEqual(['- ada', '- bob', '+ kim', '- eve', '- kim', '= ']);
    expect(handle.presence.members).toEqual([]);
  });

  it('are told no more to a handle that a listener has unsubscribed', async () => {
    const { handle } = await subscribed();
    handle.presence.onLeave(() => handle.unsubscribe());
    const lines = told(handle);
    there.change([memberOf('kim', 4)], ['ada', 'bob']);
    await reached(handle, 'ended');
    expect(lines).toEqual([]);
  });

  it('survive whatever a server sends', async () => {
    const { handle } = await subscribed();
    const hostile: unknown[] = [null, 7, 'ada', [], [null, 7, 'x', {}], { length: 1 }, [{ userId: 7, since: '', connections: 1 }]]; // prettier-ignore
    for (const joined of hostile) for (const left of hostile) there.send({ joined, left });
    for (const frame of [undefined, null, 'a', [], { channel: 'b' }, { channel: '__proto__' }, { channel: 'a' }])
      server.socket.emit('rt:presence', frame);
    there.send({ joined: [{ ...ada, since: { toString: 1 } }, { ...ada, connections: -1 }, { userId: 'ada' }], left: null }); // prettier-ignore
    await flushed();
    expect(handle.presence.members).toEqual([ada, bob, eve]);
    there.change([memberOf('__proto__', 9), memberOf('constructor', 9)]);
    await flushed();
    expect(usersOf(handle.presence.members)).toBe('ada bob eve __proto__ constructor');
    there.change([], ['__proto__']);
    await flushed();
    expect(usersOf(handle.presence.members)).toBe('ada bob eve constructor');
  });

  it('survive data of any depth, twice', async () => {
    const { handle, lines } = await subscribed();
    const deep = JSON.stringify({ ...ada, data: null }).replace('null', `${'['.repeat(20_000)}${']'.repeat(20_000)}`);
    for (let n = 0; n < 2; n++)
      server.socket.conn.write(`2["rt:presence",{"channel":"a","joined":[${deep}],"left":[]}]`);
    await flushed();
    expect(lines).toEqual(['= ada bob eve', '= ada bob eve']);
    expect(Array.isArray(handle.presence.members[0].data)).toBe(true);
  });

  it.each([[{}], [null], ['ada'], [{ length: 1 }]])('are none where the reply says %j', async (members) => {
    server.on('rt:subscribe', () => ({ ok: true, channel: 'a', members }));
    const { handle } = await subscribed();
    expect(handle.presence.members).toEqual([]);
  });

  it('are updated by a message of their own', async () => {
    const { handle } = await subscribed();
    await expect(handle.presence.update({ mood: 'busy' })).resolves.toBeUndefined();
    expect(server.bodies('rt:message')).toEqual([{ channel: 'a', event: 'presence', payload: { mood: 'busy' } }]);
    server.on('rt:message', () => refuse('INVALID_PAYLOAD', false));
    await expect(handle.presence.update({ mood: '' })).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
    handle.unsubscribe();
    await expect(handle.presence.update({ mood: '' })).rejects.toMatchObject({ code: 'CLOSED' });
  });
});
