import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, type Member } from '@nestjs-realtime/contract';
import fc from 'fast-check';
import { reached } from '../test/reached.js';
import { memberOf, ScriptedMembers } from '../test/scripted-members.js';
import { ScriptedServer } from '../test/scripted-server.js';
import { createRealtimeClient, type RealtimeClient } from './index.js';

const room = defineRealtimeChannel({ name: 'a', scope: 'authenticated', presence: true });
const USERS = ['ada', 'bob', 'eve', '__proto__', ''];

/** A handle, with the list that its listeners have made of what they were told. */
interface Witness {
  readonly members: () => readonly Member[];
  /** What `onMembers` said last. */
  readonly last: () => readonly Member[];
  /** Ids, kept by `onJoin` and `onLeave`. */
  readonly kept: ReadonlySet<string>;
  readonly faults: string[];
  readonly stop: () => void;
}

function witness(client: RealtimeClient): Witness {
  const handle = client.channel(room);
  const { presence } = handle;
  let last: readonly Member[] = presence.members;
  const kept = new Set(last.map(({ userId }) => userId));
  const faults: string[] = [];
  presence.onJoin(({ userId }) => {
    if (kept.has(userId)) faults.push(`${userId} joins twice`);
    kept.add(userId);
  });
  presence.onLeave(({ userId }) => {
    if (!kept.delete(userId)) faults.push(`${userId} leaves twice`);
  });
  presence.onMembers((members) => {
    if (JSON.stringify(members) === JSON.stringify(last)) faults.push('nothing has changed');
    last = members;
  });
  return { members: () => presence.members, last: () => last, kept, faults, stop: () => handle.unsubscribe() };
}

/** What happens on a channel. Numbers choose among what is there. */
const act = fc.record({
  kind: fc.oneof(
    { weight: 6, arbitrary: fc.constant('change') },
    { weight: 2, arbitrary: fc.constantFrom('cut', 'missed', 'evict', 'late', 'leave', 'wait') },
    { weight: 1, arbitrary: fc.constantFrom('again', 'unknown', 'garble') },
  ),
  joined: fc.uniqueArray(
    fc.record({
      user: fc.constantFrom(...USERS),
      second: fc.nat({ max: 3 }),
      connections: fc.integer({ min: 1, max: 2 }),
      data: fc.option(fc.constantFrom('busy', 'free'), { nil: undefined }),
    }),
    { maxLength: 3, selector: ({ user }) => user },
  ),
  left: fc.uniqueArray(fc.constantFrom(...USERS), { maxLength: 2 }),
});
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

describe('whatever happens on a channel', () => {
  let server: ScriptedServer;
  beforeAll(async () => {
    server = await ScriptedServer.listen();
  });
  afterAll(() => server.close());

  it('the members of each handle are those of the server, and its listeners have heard each change once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 25 }), async (acts) => {
        const there = new ScriptedMembers(server);
        const client = createRealtimeClient({ url: server.url, retryDelay: 1, maxRetryDelay: 4 });
        try {
          const witnesses = [witness(client)];
          await client.ready();
          for (const each of acts) await perform(each, there, client, witnesses);
          await reached(client, 'connected');
          await settled(client);
          await client.channel(room).ready();
          await settled(client);
          for (const { members, last, kept, faults } of witnesses) {
            expect(members()).toEqual(there.members);
            expect(last()).toBe(members());
            expect([...kept].sort()).toEqual(there.members.map(({ userId }) => userId).sort());
            expect(faults).toEqual([]);
          }
        } finally {
          await client.close();
        }
      }),
      { numRuns: 100 },
    );
  });

  let fences = 0;
  async function settled(client: RealtimeClient): Promise<void> {
    const fence = client.channel(`fence-${++fences}`);
    await fence.ready();
    fence.unsubscribe();
  }

  async function perform(
    { kind, joined, left }: Act,
    there: ScriptedMembers,
    client: RealtimeClient,
    witnesses: Witness[],
  ): Promise<void> {
    const come = joined.map(({ user, second, connections, data }) => memberOf(user, second, { connections, data }));
    const gone = left.filter((user) => !joined.some((each) => each.user === user));
    const acts: Record<string, () => unknown> = {
      change: () => there.change(come, gone),
      wait: () => settled(client),
      cut: async () => {
        await reached(client, 'connected');
        server.drop();
        await reached(client, 'reconnecting');
        there.change(come, gone);
      },
      missed: () => {
        there.evict();
        there.change(come, gone);
      },
      evict: () => there.evict('EXPIRED'),
      late: () => witnesses.push(witness(client)),
      leave: () => void (witnesses.length > 1 && witnesses.shift()!.stop()),
      again: () => there.send({ joined: there.members, left: [] }),
      unknown: () => there.send({ joined: [], left: USERS.filter((user) => !there.has(user)).map((u) => memberOf(u)) }),
      garble: () => there.send({ joined: [null, { userId: 'eve' }, 'ada'], left: left.length }),
    };
    await acts[kind]();
  }
});
