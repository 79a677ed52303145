// What does a presence store owe several nodes, some of which die?
import assert from 'node:assert/strict';
import { eventually } from '../broker-contract/contract-run.js';
import { enters, leaves, type PresenceCase, type PresenceNode, type PresenceRun, usersIn } from './presence-run.js';

export const NODE_CASES: readonly PresenceCase[] = [
  { title: 'says of a user on several nodes once that they have joined and left', run: oneUser },
  { title: 'gives each of many concurrent edges to one node', run: concurrent },
  { title: 'tells all nodes that watch one chain of diffs', run: oneChain },
  { title: 'takes out the members and connected users of a dead node, each once', run: deadNode },
  { title: 'keeps the users of each node that lives', run: livingNode },
  { title: 'keeps users of a node that leaves, until the grace is over', run: handedOver },
  { title: 'answers a process without clients', run: reader },
];

async function oneUser(run: PresenceRun): Promise<void> {
  const [one, other] = await run.nodes(2);
  const channel = run.name();
  assert.deepEqual((await one.store.apply(channel, enters('ada'))).joined, ['ada']);
  assert.deepEqual((await other.store.apply(channel, enters('ada'))).joined, []);
  const { byNode } = await one.store.read(channel);
  assert.equal(byNode.size, 2);
  assert.equal(await other.store.count(channel), 1);
  assert.deepEqual((await one.store.apply(channel, leaves('ada'))).left, []);
  assert.deepEqual((await other.store.apply(channel, leaves('ada'))).left, ['ada']);
  assert.equal(await other.store.count(channel), 0);
}

async function concurrent(run: PresenceRun): Promise<void> {
  const nodes = await run.nodes(3);
  const channel = run.name();
  const users = Array.from({ length: 50 }, (_, n) => `user${n}`);
  const joined = await Promise.all(nodes.map(({ store }) => store.apply(channel, enters(...users))));
  assert.deepEqual(joined.flatMap((each) => each.joined).sort(), [...users].sort());
  const left = await Promise.all(nodes.map(({ store }) => store.apply(channel, leaves(...users))));
  assert.deepEqual(left.flatMap((each) => each.left).sort(), [...users].sort());
}

async function oneChain(run: PresenceRun): Promise<void> {
  const nodes = await run.nodes(3);
  const channel = run.name();
  await Promise.all(nodes.map(({ broker }) => broker.watch(channel)));
  await Promise.all(
    nodes.flatMap(({ store }, n) => Array.from({ length: 30 }, (_, k) => store.apply(channel, enters(`${n}.${k}`)))),
  );
  await eventually('90 diffs at each node', () => nodes.every(({ heard }) => heard.diffs.length === 90));
  for (const { heard } of nodes) {
    assert.deepEqual(heard.diffs, nodes[0].heard.diffs);
    heard.diffs.forEach(({ previous }, n, diffs) => assert.equal(previous, diffs[n - 1]?.version ?? 0));
  }
}

async function deadNode(run: PresenceRun): Promise<void> {
  const [dead, ...living] = await run.nodes(3);
  const channels = [run.name(), run.name()];
  const users = Array.from({ length: 1_200 }, () => run.name());
  for (const channel of channels) await dead.store.apply(channel, enters(...users));
  await living[0].store.apply(channels[0], enters(users[0]));
  await dead.store.setOnline(users.map((userId) => ({ userId, connections: 1 })));
  await living[0].store.setOnline([{ userId: users[0], connections: 1 }]);
  await dead.broker.stop();
  await eventually('all are taken out', async () => (await living[0].store.count(channels[1])) === 0);
  await eventually('all but one are taken out', async () => (await living[0].store.count(channels[0])) === 1);
  const gone = users.slice(1);
  // Nodes of other cases are taken out as well.
  const known = new Set(users);
  const disconnected = () => heardBy(living, ({ heard }) => heard.gone.filter((userId) => known.has(userId)));
  await eventually('they are not connected', () => disconnected().length === gone.length);
  assert.deepEqual(disconnected(), [...gone].sort());
  const told = () => channels.flatMap((channel) => leftOf(living, channel).map((userId) => `${channel} ${userId}`));
  const expected = [
    ...gone.map((userId) => `${channels[0]} ${userId}`),
    ...users.map((userId) => `${channels[1]} ${userId}`),
  ];
  await eventually('a node is told', () => told().length >= expected.length);
  assert.deepEqual(told().sort(), expected.sort());
  assert.deepEqual(await living[1].store.onlineAmong(users), [users[0]]);
}

async function livingNode(run: PresenceRun): Promise<void> {
  const [dead, ...living] = await run.nodes(3);
  const channel = run.name();
  for (const [n, { store }] of living.entries()) await store.apply(channel, enters(`living${n}`));
  await dead.store.apply(channel, enters('dead'));
  await dead.broker.stop();
  await eventually('the dead is taken out', async () => (await usersIn(living[0].store, channel)).length < 3);
  assert.deepEqual(await usersIn(living[1].store, channel), ['living0', 'living1']);
  await eventually('a node is told', () => leftOf(living, channel).length > 0);
  assert.deepEqual(leftOf(living, channel), ['dead']);
}

async function handedOver(run: PresenceRun): Promise<void> {
  const [leaving, staying] = await run.nodes(2);
  const channel = run.name();
  await leaving.store.apply(channel, enters('ada', 'bob'));
  await leaving.store.leave(1_000);
  await leaving.broker.stop();
  assert.deepEqual((await staying.store.apply(channel, enters('ada'))).joined, []);
  assert.equal(await staying.store.count(channel), 2);
  await eventually('the one who has not come back leaves', async () => (await staying.store.count(channel)) === 1);
  await eventually('a node is told', () => leftOf([staying], channel).length > 0);
  assert.deepEqual(leftOf([staying], channel), ['bob']);
}

async function reader(run: PresenceRun): Promise<void> {
  const { store } = await run.node();
  const [channel, userId] = [run.name(), run.name()];
  await store.apply(channel, enters(userId));
  await store.setOnline([{ userId, connections: 1 }]);
  const asking = await run.reader();
  assert.deepEqual(await usersIn(asking, channel), [userId]);
  assert.equal(await asking.count(channel), 1);
  assert.equal(await asking.isOnline(userId), true);
}

/** Users that the sweeper says have left the channel. */
function leftOf(nodes: readonly PresenceNode[], channel: string): string[] {
  return heardBy(nodes, ({ heard }) => heard.left.filter(([where]) => where === channel).map(([, userId]) => userId));
}

function heardBy<Item>(nodes: readonly PresenceNode[], tell: (node: PresenceNode) => readonly Item[]): Item[] {
  return nodes.flatMap((node) => [...tell(node)]).sort();
}
