// What does one case of the contract work with? An empty table, and several processes that share it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { IRealtimeOutboxStore, OutboxEntry } from '../../outbox/outbox.store.js';

/** A store under test, as several processes see it. */
export interface OutboxStoreUnderTest<Tx> {
  /** The store of one more process on the same table. */
  store(): IRealtimeOutboxStore<Tx>;
  /** Runs `work` in a transaction of the application: commits when it resolves, rolls back when it rejects. */
  transaction(work: (tx: Tx) => Promise<void>): Promise<void>;
  /** Ends all claims, as time would. */
  expireClaims(): Promise<void>;
}

/** What a case works with: an empty table. */
export class StoreRun<Tx = unknown> {
  constructor(readonly under: OutboxStoreUnderTest<Tx>) {}

  /** Writes and commits one transaction for each list. */
  async commit(...transactions: (readonly OutboxEntry[])[]): Promise<void> {
    const store = this.under.store();
    for (const entries of transactions) await this.under.transaction((tx) => store.insert(tx, entries));
  }

  /** Claims and removes until nothing is left, batch by batch. */
  async drain(limit = 3): Promise<OutboxEntry[]> {
    const store = this.under.store();
    const all: OutboxEntry[] = [];
    for (let batch = await store.claim(limit); batch.length > 0; batch = await store.claim(limit)) {
      assert.ok(batch.length <= limit, `claim(${limit}) gave ${batch.length} entries`);
      all.push(...batch);
      await store.remove(batch.map(({ id }) => id));
    }
    return all;
  }

  /** Leaves an empty table for the next case. */
  async clear(): Promise<void> {
    await this.under.expireClaims();
    for (let left = await this.drain(100); left.length > 0; left = await this.drain(100)) {
      await this.under.expireClaims();
    }
  }
}

export interface StoreCase {
  readonly title: string;
  readonly run: (run: StoreRun) => Promise<void>;
}

export function entry(channel: string, n: number): OutboxEntry {
  return { id: randomUUID(), channel, event: 'said', json: String(n) };
}
