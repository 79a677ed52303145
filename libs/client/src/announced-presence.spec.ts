import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { reached } from '../test/reached.js';
import { memberOf, ScriptedMembers } from '../test/scripted-members.js';
import { ScriptedServer } from '../test/scripted-server.js';
import { createRealtimeClient, type RealtimeClient } from './index.js';

const team = defineRealtimeChannel({ name: 'team.{team}', scope: 'authenticated', presence: true });

describe('the members of a channel that the server subscribes', () => {
  let server: ScriptedServer;
  let there: ScriptedMembers;
  let client: RealtimeClient;
  let fences = 0;
  const flushed = () => client.channel(`fence-${++fences}`).ready();

  beforeEach(async () => {
    server = await ScriptedServer.listen();
    there = new ScriptedMembers(server, 'team.a');
    there.change([memberOf('ada'), memberOf('bob')]);
    client = createRealtimeClient({ url: server.url, retryDelay: 5, maxRetryDelay: 20 });
    await client.ready();
  });
  afterEach(async () => {
    await client.close();
    await server.close();
  });

  /** A handle without params, and all that its listeners are told. */
  function following(): { lines: string[]; users: () => string[]; ready: () => Promise<void> } {
    const handle = client.channel<typeof team>('team.{team}' as never, undefined as never);
    const lines: string[] = [];
    const usersOf = (members: typeof handle.presence.members): string[] => members.map(({ userId }) => userId);
    handle.presence.onMembers((members) => lines.push(`= ${usersOf(members).join(' ')}`));
    handle.presence.onJoin(({ userId }) => lines.push(`+ ${userId}`));
    handle.presence.onLeave(({ userId }) => lines.push(`- ${userId}`));
    return { lines, users: () => usersOf(handle.presence.members), ready: () => handle.ready() };
  }
  async function cut(): Promise<void> {
    server.drop();
    await reached(client, 'reconnecting');
    await reached(client, 'connected');
  }

  it('come with the announcement, change with diffs, and are there for a later handle', async () => {
    const { lines, users, ready } = following();
    expect(users()).toEqual([]);
    there.announce();
    await ready();
    there.change([memberOf('kim', 1)], ['ada']);
    await flushed();
    expect(lines).toEqual(['+ ada', '+ bob', '= ada bob', '- ada', '+ kim', '= bob kim']);
    expect(following().users()).toEqual(['bob', 'kim']);
    expect(client.channel(team, { team: 'a' }).presence.members).toHaveLength(2);
    expect(server.bodies('rt:subscribe').filter((body) => !JSON.stringify(body).includes('fence'))).toEqual([]);
  });

  it('are replaced by those of another announcement', async () => {
    const { lines, users, ready } = following();
    there.announce();
    await ready();
    lines.length = 0;
    there.change([], ['bob'], false);
    there.announce();
    await flushed();
    expect([users(), lines]).toEqual([['ada'], ['- bob', '= ada']]);
  });

  it('stay over a loss, and change by the difference alone', async () => {
    const { lines, users, ready } = following();
    there.announce();
    await ready();
    lines.length = 0;
    await cut();
    await flushed();
    expect(users()).toEqual(['ada', 'bob']);
    there.announce();
    await ready();
    expect(lines).toEqual([]);
    await cut();
    there.change([memberOf('kim', 1)], ['bob'], false);
    there.announce();
    await ready();
    expect([users(), lines]).toEqual([
      ['ada', 'kim'],
      ['- bob', '+ kim', '= ada kim'],
    ]);
  });

  it('are not those of another channel of the template', async () => {
    const { lines, users, ready } = following();
    there.announce();
    await ready();
    lines.length = 0;
    await cut();
    server.socket.emit('rt:subscribed', { channel: 'team.b', members: [memberOf('bob', 7)] });
    await ready();
    expect([users(), lines]).toEqual([['bob'], ['- ada', '- bob', '= ', '+ bob', '= bob']]);
  });
});
