import { describe, expect, it } from '@jest/globals';
import type { Member } from '@nestjs-realtime/contract';
import fc from 'fast-check';
import type { PresenceChange, PresenceDiff, PresenceEntry, PresencePage } from '../broker/presence.store.js';
import type { MemberDiff } from './member-diff.js';
import { MergedMembers } from './merged-members.js';

const CHANNEL = 'rooms.1';

/** What a store does, for nodes n0, n1 …; versions have holes, as those of Redis. */
class ModelStore {
  readonly byNode = new Map<string, Map<string, PresenceEntry>>();
  version = 0;
  private newest = 0;

  apply(nodeId: string, changes: readonly PresenceChange[]): PresenceDiff {
    const previous = this.version;
    const own = this.byNode.get(nodeId) ?? new Map<string, PresenceEntry>();
    for (const { userId, entry } of changes) {
      if (entry === null) own.delete(userId);
      else own.set(userId, entry);
    }
    if (own.size > 0) this.byNode.set(nodeId, own);
    else this.byNode.delete(nodeId);
    const version = (this.newest += 7);
    this.version = version;
    return { channel: CHANNEL, version, previous, nodeId, changes };
  }

  /** An empty channel has been so for a while. */
  forget(): void {
    if (this.byNode.size === 0) this.version = 0;
  }

  page(): PresencePage {
    return { version: this.version, byNode: new Map([...this.byNode].map(([node, users]) => [node, new Map(users)])) };
  }
}

/** A client: the members of its reply, and each diff folded onto them. */
class Client {
  readonly members: Map<string, Member>;

  constructor(reply: readonly Member[]) {
    this.members = new Map(reply.map((member) => [member.userId, member]));
  }

  hear({ joined, updated, left }: MemberDiff): void {
    for (const member of [...joined, ...updated]) this.members.set(member.userId, member);
    for (const { userId } of left) this.members.delete(userId);
  }
}

class ModelNode {
  readonly merged: MergedMembers;
  readonly clients: Client[] = [];
  readonly topic: PresenceDiff[] = [];
  /** What a read has found, on its way. */
  page: PresencePage | null = null;

  constructor(readonly nodeId: string) {
    this.merged = new MergedMembers(() => nodeId);
  }

  flush(): void {
    const diff = this.merged.flush();
    if (diff !== null) for (const client of this.clients) client.hear(diff);
    for (const { members } of this.clients) expect(shown(members.values())).toEqual(shown(this.merged.members));
  }
}

/** Without the number of connections, which is told with the next change. */
function shown(members: Iterable<Member>): unknown[] {
  return [...members]
    .map(({ userId, since, data }) => ({ userId, since, data }))
    .sort((one, other) => (one.userId < other.userId ? -1 : 1));
}

function entry(since: number, data?: unknown, setAt = since): PresenceEntry {
  return { connections: 1, since, setAt, ...(data !== undefined && { data }) };
}

const node = fc.nat(2);
const userId = fc.constantFrom('ada', 'bob', 'cy', '__proto__');
const anyEntry = fc
  .record({
    since: fc.nat(5),
    setAt: fc.nat(3),
    connections: fc.integer({ min: 1, max: 3 }),
    data: fc.jsonValue({ maxDepth: 1 }),
  })
  .map((one): PresenceEntry => one);
const change = fc.record({ userId, entry: fc.option(anyEntry, { nil: null }) });
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('apply' as const), node, changes: fc.array(change, { maxLength: 3 }) }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('hear' as const), node, at: fc.nat(3), times: fc.nat(2) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('reply' as const, 'flush' as const, 'read' as const, 'answer' as const, 'lose' as const),
      node,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('die' as const), node }) },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

function play(store: ModelStore, nodes: readonly ModelNode[], one: Step): void {
  const { merged, topic, clients, nodeId } = nodes[one.node];
  const tell = (diff: PresenceDiff): void => nodes.forEach((each) => each.topic.push(diff));
  if (one.do === 'apply') {
    for (const each of one.changes) merged.setOwn(each);
    tell(store.apply(nodeId, one.changes));
  } else if (one.do === 'hear') {
    // From any place, not at all, or twice: what a topic does at worst.
    const [diff] = topic.splice(Math.min(one.at, topic.length - 1), 1);
    for (let n = 0; diff !== undefined && n < one.times; n++) merged.take(diff);
  } else if (one.do === 'die') {
    // A node that nobody here is: its members came from the store, and are swept.
    tell(store.apply('dead', [{ userId: 'dora', entry: entry(one.node) }]));
    tell(store.apply('dead', [{ userId: 'dora', entry: null }]));
    store.forget();
  } else if (one.do === 'reply') clients.push(new Client(merged.members));
  else if (one.do === 'flush') nodes[one.node].flush();
  else if (one.do === 'lose') merged.lose();
  else if (one.do === 'read' && !merged.isLive) {
    merged.reading();
    nodes[one.node].page = store.page();
  } else if (one.do === 'answer') answer(nodes[one.node]);
}

function answer(asked: ModelNode): void {
  if (asked.page !== null) asked.merged.replace(asked.page);
  asked.page = null;
}

function read(merged: MergedMembers, store: ModelStore): void {
  merged.reading();
  merged.replace(store.page());
}

function truth(store: ModelStore): unknown[] {
  const reader = new MergedMembers(() => 'reader');
  reader.replace(store.page());
  return shown(reader.members);
}

describe('the merged members of a node', () => {
  it('give reply plus diffs at all times, and the members of the store in the end, whatever is lost, doubled or swapped', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const store = new ModelStore();
        const nodes = [0, 1, 2].map((n) => new ModelNode(`n${n}`));
        for (const { merged } of nodes) read(merged, store);
        for (const one of steps) play(store, nodes, one);
        for (const each of nodes) {
          for (const diff of each.topic.splice(0)) each.merged.take(diff);
          each.merged.check(store.version);
          if (!each.merged.isLive) read(each.merged, store);
          expect(each.merged.isLive).toBe(true);
          each.flush();
          expect(shown(each.merged.members)).toEqual(truth(store));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('fold diffs in a chain without reading', () => {
    const store = new ModelStore();
    const merged = new MergedMembers(() => 'n0');
    merged.replace(store.page());
    for (const user of ['ada', 'bob', 'cy']) merged.take(store.apply('n1', [{ userId: user, entry: entry(1) }]));
    expect(merged.isLive).toBe(true);
    expect(merged.flush()?.joined.map((member) => member.userId)).toEqual(['ada', 'bob', 'cy']);
  });

  it('ask for a read on a gap, and keep what comes until then', () => {
    const store = new ModelStore();
    const merged = new MergedMembers(() => 'n0');
    merged.replace(store.page());
    store.apply('n1', [{ userId: 'ada', entry: entry(1) }]);
    merged.take(store.apply('n1', [{ userId: 'bob', entry: entry(1) }]));
    expect(merged.isLive).toBe(false);
    merged.reading();
    const page = store.page();
    merged.take(store.apply('n1', [{ userId: 'ada', entry: null }]));
    merged.replace(page);
    expect(merged.isLive).toBe(true);
    expect(merged.members.map((member) => member.userId)).toEqual(['bob']);
  });

  it('ask for another read where more diffs came than are kept', () => {
    const store = new ModelStore();
    const merged = new MergedMembers(() => 'n0');
    merged.reading();
    const page = store.page();
    for (let n = 0; n < 1_001; n++) merged.take(store.apply('n1', [{ userId: `user${n}`, entry: entry(1) }]));
    merged.replace(page);
    expect(merged.isLive).toBe(false);
    read(merged, store);
    expect([merged.isLive, merged.size]).toEqual([true, 1_001]);
  });

  it('show a user once, since the first node, with the data that was set last', () => {
    const merged = new MergedMembers(() => 'n0');
    merged.setOwn({ userId: 'ada', entry: { ...entry(2_000, 'old'), connections: 2 } });
    merged.replace({ version: 1, byNode: new Map([['n1', new Map([['ada', entry(1_000, 'new', 3_000)]])]]) });
    const ada = { userId: 'ada', connections: 3, since: new Date(1_000).toISOString(), data: 'new' };
    expect(merged.members).toEqual([ada]);
    expect(merged.flush()).toEqual({ joined: [ada], updated: [], left: [] });
  });

  it('say nothing where only the number of connections changes, or a user is on another node', () => {
    const merged = new MergedMembers(() => 'n0');
    merged.replace({ version: 1, byNode: new Map([['n1', new Map([['ada', entry(1)]])]]) });
    merged.flush();
    merged.setOwn({ userId: 'ada', entry: entry(1) });
    expect(merged.flush()).toBeNull();
    merged.replace({ version: 2, byNode: new Map() });
    expect(merged.flush()).toBeNull();
    merged.setOwn({ userId: 'ada', entry: null });
    expect(merged.flush()?.left.map((member) => member.userId)).toEqual(['ada']);
  });

  it('take the word of this node for its own users, whatever the store still has or not yet has', () => {
    const merged = new MergedMembers(() => 'n0');
    merged.setOwn({ userId: 'ada', entry: entry(1) });
    merged.setOwn({ userId: 'ada', entry: null });
    merged.setOwn({ userId: 'bob', entry: entry(1) });
    merged.replace({ version: 1, byNode: new Map([['n0', new Map([['ada', entry(1)]])]]) });
    const changes = [
      { userId: 'bob', entry: null },
      { userId: 'cy', entry: entry(1) },
    ];
    merged.take({ channel: CHANNEL, version: 2, previous: 1, nodeId: 'n0', changes });
    expect(merged.members.map((member) => member.userId)).toEqual(['bob']);
    expect(merged.isLive).toBe(true);
  });

  it('tell of a user that only a reply has shown, when they have left before the next diff', () => {
    const merged = new MergedMembers(() => 'n0');
    merged.setOwn({ userId: 'ada', entry: entry(1) });
    const client = new Client(merged.members);
    merged.setOwn({ userId: 'ada', entry: null });
    client.hear(merged.flush()!);
    expect([...client.members.keys()]).toEqual([]);
  });

  it('pass over entries that cannot be read', () => {
    const merged = new MergedMembers(() => 'n0');
    merged.replace({
      version: 1,
      byNode: new Map([
        [
          'n1',
          new Map([
            ['ada', null],
            ['bob', entry(1)],
          ]),
        ],
      ]),
    });
    expect(merged.members.map((member) => member.userId)).toEqual(['bob']);
  });
});
