// What does a presence store owe one node about users that are connected?
import assert from 'node:assert/strict';
import type { PresenceCase, PresenceRun } from './presence-run.js';

export const ONLINE_CASES: readonly PresenceCase[] = [
  { title: 'says once that a user is connected, and once that they are not', run: once },
  { title: 'says who of many is connected, in their order', run: among },
  { title: 'does not mistake the name of a user for another key', run: names },
];

async function once(run: PresenceRun): Promise<void> {
  const { store } = await run.node();
  const userId = run.name();
  const set = (connections: number) => store.setOnline([{ userId, connections }]);
  assert.equal(await store.isOnline(userId), false);
  assert.deepEqual(await set(1), { joined: [userId], left: [] });
  assert.deepEqual(await set(2), { joined: [], left: [] });
  assert.equal(await store.isOnline(userId), true);
  assert.deepEqual(await set(0), { joined: [], left: [userId] });
  assert.deepEqual(await set(0), { joined: [], left: [] });
  assert.equal(await store.isOnline(userId), false);
}

async function among(run: PresenceRun): Promise<void> {
  const { store } = await run.node();
  const users = Array.from({ length: 500 }, () => run.name());
  const connected = users.filter((_, n) => n % 3 === 0);
  const { joined } = await store.setOnline(connected.map((userId) => ({ userId, connections: 1 })));
  assert.deepEqual([...joined].sort(), [...connected].sort());
  assert.deepEqual(await store.onlineAmong(users), connected);
  assert.deepEqual(await store.onlineAmong([]), []);
}

async function names(run: PresenceRun): Promise<void> {
  const { store } = await run.node();
  const base = run.name();
  const users = [`${base}:a`, `${base}}`, `{${base}`, `__proto__${base}`, `${base}\n`, `${base}é`];
  await store.setOnline([{ userId: users[0], connections: 1 }]);
  assert.deepEqual(await store.onlineAmong([base, ...users]), [users[0]]);
  await store.setOnline(users.map((userId) => ({ userId, connections: 1 })));
  assert.deepEqual(await store.onlineAmong([base, ...users]), users);
}
