// What does a store of the outbox owe those who write entries, and those who claim them?
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { OutboxEntry } from '../../outbox/outbox.store.js';
import { entry, type StoreCase, type StoreRun } from './store-run.js';

export const CLAIM_CASES: readonly StoreCase[] = [
  { title: 'gives entries as they were written', run: asWritten },
  { title: 'gives nothing of a transaction that was rolled back', run: rolledBack },
  { title: 'gives nothing of a transaction that is open', run: stillOpen },
  { title: 'gives the entries of a channel in the order in which they were committed', run: inOrder },
  { title: 'keeps that order where transactions overlap', run: overlapping },
  { title: 'gives a claimed entry to no other caller until its claim ends, and then again', run: claimedOnce },
  { title: 'gives no entry of a channel while an earlier one is claimed', run: oneHolder },
  { title: 'gives other channels while some are claimed', run: otherChannels },
  { title: 'gives each entry to one of many that claim at the same time', run: manyClaimers },
  { title: 'forgets what is removed, and nothing else', run: removed },
];

const texts = (entries: readonly OutboxEntry[]): string[] => entries.map(({ channel, json }) => `${channel} ${json}`);
/** How long a transaction that may have to wait has the chance to go on, in milliseconds. */
const CHANCE = 200;
const range = (length: number): number[] => Array.from({ length }, (_, n) => n);

async function asWritten(run: StoreRun): Promise<void> {
  const json = [
    '',
    '1',
    'null',
    '{"b":1, "a":[2 ],"b":3}',
    '"\u00e9\u{1f600}\\u0000 \' \\" $1"',
    `"${'x'.repeat(100_000)}"`,
  ];
  const entries = json.map((text, n) => ({ ...entry('contract.é%7C', n), json: text }));
  await run.commit(entries);
  assert.deepEqual(await run.drain(), entries);
}

async function rolledBack(run: StoreRun): Promise<void> {
  const store = run.under.store();
  const failed = run.under.transaction(async (tx) => {
    await store.insert(tx, [entry('contract.a', 1)]);
    throw new Error('rolled back');
  });
  await assert.rejects(failed, /rolled back/);
  assert.deepEqual(await store.claim(10), []);
}

async function stillOpen(run: StoreRun): Promise<void> {
  const [writer, reader] = [run.under.store(), run.under.store()];
  let claimed: Promise<readonly OutboxEntry[]> | undefined;
  const failed = run.under.transaction(async (tx) => {
    await writer.insert(tx, [entry('contract.a', 1)]);
    // A database with one connection answers when the transaction has ended.
    claimed = reader.claim(10);
    throw new Error('rolled back');
  });
  await assert.rejects(failed, /rolled back/);
  assert.deepEqual(await claimed, []);
}

async function inOrder(run: StoreRun): Promise<void> {
  const channels = ['contract.a', 'contract.b', 'contract.c'];
  const transactions = range(30).map((n) => channels.slice(n % 3).map((channel) => entry(channel, n)));
  await run.commit(...transactions);
  const given = await run.drain(4);
  const written = transactions.flat();
  for (const channel of channels) {
    const of = (entries: readonly OutboxEntry[]) => texts(entries.filter((one) => one.channel === channel));
    assert.deepEqual(of(given), of(written));
  }
}

/** The second transaction writes before the first one has written all, if it need not wait, and commits after it: all it wrote comes later. */
async function overlapping(run: StoreRun): Promise<void> {
  const [one, other] = [run.under.store(), run.under.store()];
  let second: Promise<void> | undefined;
  await run.under.transaction(async (tx) => {
    await one.insert(tx, [entry('contract.a', 1)]);
    const inserted = new Promise<void>((resolve) => {
      second = run.under.transaction(async (later) => {
        await other.insert(later, [entry('contract.a', 3), entry('contract.a', 4)]);
        resolve();
      });
    });
    await Promise.race([inserted, setTimeout(CHANCE)]);
    await one.insert(tx, [entry('contract.a', 2)]);
  });
  await second;
  assert.deepEqual(
    texts(await run.drain()),
    ['1', '2', '3', '4'].map((n) => `contract.a ${n}`),
  );
}

async function claimedOnce(run: StoreRun): Promise<void> {
  const entries = range(3).map((n) => entry('contract.a', n));
  await run.commit(entries);
  const [one, other] = [run.under.store(), run.under.store()];
  assert.deepEqual(await one.claim(10), entries);
  assert.deepEqual(await other.claim(10), []);
  assert.deepEqual(await one.claim(10), []);
  await run.under.expireClaims();
  assert.deepEqual(await other.claim(10), entries);
}

async function oneHolder(run: StoreRun): Promise<void> {
  const [first, second, third] = range(3).map((n) => entry('contract.a', n));
  await run.commit([first, second]);
  const [one, other] = [run.under.store(), run.under.store()];
  assert.deepEqual(await one.claim(1), [first]);
  await run.commit([third]);
  assert.deepEqual(await other.claim(10), []);
  await one.remove([first.id]);
  assert.deepEqual(await other.claim(10), [second, third]);
}

async function otherChannels(run: StoreRun): Promise<void> {
  const [a, b] = [entry('contract.a', 1), entry('contract.b', 1)];
  await run.commit([a], [entry('contract.a', 2)], [b]);
  const store = run.under.store();
  assert.deepEqual(await store.claim(1), [a]);
  assert.deepEqual(await store.claim(10), [b]);
}

async function manyClaimers(run: StoreRun): Promise<void> {
  const entries = range(120).map((n) => entry(`contract.${n % 12}`, n));
  await run.commit(entries.slice(0, 60), entries.slice(60));
  const given: OutboxEntry[] = [];
  const held = new Set<string>();
  const claimer = async (): Promise<void> => {
    const store = run.under.store();
    for (let batch = await store.claim(7); batch.length > 0 || given.length < entries.length;) {
      const channels = new Set(batch.map(({ channel }) => channel));
      for (const channel of channels) {
        assert.ok(!held.has(channel), `${channel} is claimed twice`);
        held.add(channel);
      }
      given.push(...batch);
      // What is removed may be claimed by others before the promise resolves.
      for (const channel of channels) held.delete(channel);
      await store.remove(batch.map(({ id }) => id));
      batch = await store.claim(7);
    }
  };
  await Promise.all(range(8).map(claimer));
  assert.equal(given.length, entries.length);
  for (const n of range(12)) {
    const of = (all: readonly OutboxEntry[]) => texts(all.filter(({ channel }) => channel === `contract.${n}`));
    assert.deepEqual(of(given), of(entries));
  }
}

async function removed(run: StoreRun): Promise<void> {
  const [first, second] = range(2).map((n) => entry('contract.a', n));
  await run.commit([first, second]);
  const store = run.under.store();
  await store.claim(10);
  await store.remove([first.id, 'never-there']);
  await store.remove([first.id]);
  await store.remove([]);
  await run.under.expireClaims();
  assert.deepEqual(await store.claim(10), [second]);
}
