// What does a presence store owe one node about the members of a channel?
import assert from 'node:assert/strict';
import { enters, entry, leaves, type PresenceCase, type PresenceRun, usersIn } from './presence-run.js';
import { eventually } from '../broker-contract/contract-run.js';

export const MEMBER_CASES: readonly PresenceCase[] = [
  { title: 'has no member where nothing was applied', run: empty },
  { title: 'gives entries as they were applied, whatever users and channels are called', run: asApplied },
  { title: 'says once that a user has joined and left', run: edgesOnce },
  { title: 'treats a repeated change as none, and an unknown user that leaves as none', run: repeated },
  { title: 'tells a node that watches each diff, in a chain of versions that grow', run: chain },
  { title: 'gives a channel that was empty no version that it had before', run: emptied },
  { title: 'applies a thousand changes in one call', run: many },
  { title: 'knows what it has of a node, and nothing of what has left', run: storedOfNode },
];

async function empty(run: PresenceRun): Promise<void> {
  const { store } = await run.node();
  const channel = run.name();
  const { version, byNode } = await store.read(channel);
  assert.deepEqual({ version, nodes: byNode.size }, { version: 0, nodes: 0 });
  assert.equal(await store.count(channel), 0);
  assert.deepEqual(await store.versions([channel, channel]), [0, 0]);
}

async function asApplied(run: PresenceRun): Promise<void> {
  const node = await run.node();
  const channels = ['', '.a', ':b:c', '.{x}', '.é\n"'].map((end) => `${run.name()}${end}`);
  const users = ['ada', '', ':on:bob', '{x}', '__proto__', 'é😀', '\n', '1', '"', `${'x'.repeat(200)}`];
  const data = [undefined, null, { mood: '😀', list: [1, { deep: true }] }, 'text', 0, false];
  for (const channel of channels) {
    const entries = users.map((userId, n) => ({
      userId,
      entry: { ...entry(n + 1, data[n % data.length]), connections: n + 1 },
    }));
    await node.store.apply(channel, entries);
    const { byNode } = await node.store.read(channel);
    assert.deepEqual([...byNode.keys()], [...byNode.keys()].slice(0, 1));
    const [stored] = byNode.values();
    assert.deepEqual(
      new Map([...stored].sort()),
      new Map(entries.map((one) => [one.userId, one.entry] as const).sort()),
    );
    assert.equal(await node.store.count(channel), users.length);
  }
}

async function edgesOnce(run: PresenceRun): Promise<void> {
  const { store } = await run.node();
  const channel = run.name();
  assert.deepEqual(edges(await store.apply(channel, enters('ada', 'bob'))), [['ada', 'bob'], []]);
  assert.deepEqual(edges(await store.apply(channel, [...enters('cy'), ...leaves('ada')])), [['cy'], ['ada']]);
  assert.deepEqual(edges(await store.apply(channel, [{ userId: 'bob', entry: entry(1, 'changed') }])), [[], []]);
  assert.deepEqual(await usersIn(store, channel), ['bob', 'cy']);
}

async function storedOfNode(run: PresenceRun): Promise<void> {
  const { store } = await run.node();
  const [one, other] = [run.name(), run.name()];
  await store.apply(one, enters('ada'));
  await store.apply(other, enters('ada'));
  await store.setOnline(['ada', 'bob'].map((userId) => ({ userId, connections: 1 })));
  await store.apply(other, leaves('ada'));
  await store.setOnline([{ userId: 'bob', connections: 0 }]);
  const { channels, userIds } = await store.stored();
  assert.deepEqual([channels, userIds], [[one], ['ada']]);
}

async function repeated(run: PresenceRun): Promise<void> {
  const { store } = await run.node();
  const channel = run.name();
  await store.apply(channel, enters('ada', 'bob'));
  assert.deepEqual(edges(await store.apply(channel, enters('ada', 'bob'))), [[], []]);
  await store.apply(channel, leaves('ada'));
  assert.deepEqual(edges(await store.apply(channel, leaves('ada', 'stranger'))), [[], []]);
  assert.equal(await store.count(channel), 1);
}

async function chain(run: PresenceRun): Promise<void> {
  const { broker, store, heard } = await run.node();
  const channel = run.name();
  await broker.watch(channel);
  const { version: before } = await store.read(channel);
  const applied = await Promise.all(Array.from({ length: 20 }, (_, n) => store.apply(channel, enters(`user${n}`))));
  await eventually('20 diffs', () => heard.diffs.length === 20);
  let previous = before;
  for (const [n, diff] of heard.diffs.entries()) {
    assert.deepEqual(
      { ...diff, nodeId: '' },
      { channel, version: applied[n].version, previous, nodeId: '', changes: enters(`user${n}`) },
    );
    assert.ok(diff.version > previous);
    previous = diff.version;
  }
  assert.deepEqual(await store.versions([run.name(), channel]), [0, previous]);
  assert.equal((await store.read(channel)).version, previous);
}

async function emptied(run: PresenceRun): Promise<void> {
  const { store } = await run.node();
  const channel = run.name();
  const versions: number[] = [];
  for (let round = 0; round < 5; round++) {
    versions.push((await store.apply(channel, enters('ada'))).version);
    versions.push((await store.apply(channel, leaves('ada'))).version);
    assert.deepEqual(await usersIn(store, channel), []);
  }
  assert.deepEqual(
    versions,
    [...new Set(versions)].sort((one, other) => one - other),
  );
}

async function many(run: PresenceRun): Promise<void> {
  const { store } = await run.node();
  const channel = run.name();
  const users = Array.from({ length: 1_000 }, (_, n) => `user${n}`);
  assert.equal((await store.apply(channel, enters(...users))).joined.length, 1_000);
  assert.equal(await store.count(channel), 1_000);
  assert.equal((await store.apply(channel, leaves(...users))).left.length, 1_000);
  assert.deepEqual(await usersIn(store, channel), []);
}

function edges({ joined, left }: { readonly joined: readonly string[]; readonly left: readonly string[] }) {
  return [[...joined].sort(), [...left].sort()];
}
