// How does the smallest outbox work? In the memory of one process, with transactions that take turns; tests look inside.
import { IRealtimeOutboxStore, type OutboxEntry } from 'nestjs-realtime';

export type MemoryTransaction = OutboxEntry[];

/** What several stores share. */
export class MemoryTable {
  rows: OutboxEntry[] = [];
  readonly claimed = new Set<string>();
  readonly listeners = new Set<() => void>();
  private last: Promise<unknown> = Promise.resolve();

  transaction(work: (tx: MemoryTransaction) => Promise<void>): Promise<void> {
    const run = this.last.then(async () => {
      const written: MemoryTransaction = [];
      await work(written);
      this.rows.push(...written);
    });
    this.last = run.catch(() => undefined);
    return run;
  }

  commit(...entries: OutboxEntry[]): void {
    this.rows.push(...entries);
  }
}

export class MemoryStore extends IRealtimeOutboxStore<MemoryTransaction> {
  claims = 0;

  constructor(readonly table = new MemoryTable()) {
    super();
  }

  override async insert(tx: MemoryTransaction, entries: readonly OutboxEntry[]): Promise<void> {
    tx.push(...entries);
  }

  override async claim(limit: number): Promise<readonly OutboxEntry[]> {
    this.claims++;
    const { rows, claimed } = this.table;
    const held = new Set(rows.filter(({ id }) => claimed.has(id)).map(({ channel }) => channel));
    const given = rows.filter(({ channel }) => !held.has(channel)).slice(0, limit);
    for (const { id } of given) claimed.add(id);
    return given;
  }

  override async remove(ids: readonly string[]): Promise<void> {
    this.table.rows = this.table.rows.filter(({ id }) => !ids.includes(id));
    for (const id of ids) this.table.claimed.delete(id);
  }
}
