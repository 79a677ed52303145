// Where do realtime events wait for the end of their transaction? In a table beside what the transaction changes.
import { Injectable } from '@nestjs/common';
import { IRealtimeOutboxStore, type OutboxEntry } from 'nestjs-realtime';
import { afterCommit } from './after-commit.js';
import { Database, type Queryable } from './database.js';

/** Any numbers will do, as long as every process of the application uses the same ones. */
const WRITE_LOCK = 20161;
const CLAIM_LOCK = 20162;

@Injectable()
export class DatabaseOutbox extends IRealtimeOutboxStore<Queryable> {
  private readonly listeners = new Set<() => void>();

  constructor(private readonly database: Database) {
    super();
  }

  /**
   * From here to their ends, transactions that write to one channel take turns. So the order of the rows is that of the commits. Write to
   * the outbox late in a transaction, and to several channels in one order.
   */
  override async insert(transaction: Queryable, entries: readonly OutboxEntry[]): Promise<void> {
    const channels = [...new Set(entries.map(({ channel }) => channel))].sort();
    for (const channel of channels) {
      await transaction.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [WRITE_LOCK, channel]);
    }
    const columns = (['id', 'channel', 'event', 'json'] as const).map((name) => entries.map((entry) => entry[name]));
    await transaction.query(
      `INSERT INTO outbox (id, channel, event, json)
       SELECT id, channel, event, json
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS entry (id, channel, event, json, n)
       ORDER BY n`,
      columns,
    );
    afterCommit(() => this.listeners.forEach((listener) => listener()));
  }

  /** One process claims at a time. A claim lasts half a minute; of a row that could not be published before, up to two. */
  override claim(limit: number): Promise<readonly OutboxEntry[]> {
    return this.database.transaction(async (transaction) => {
      await transaction.query('SELECT pg_advisory_xact_lock($1)', [CLAIM_LOCK]);
      const { rows } = await transaction.query<OutboxEntry>(
        `WITH claimed AS (
           UPDATE outbox SET
             attempts = attempts + 1,
             claimed_until = clock_timestamp() + make_interval(secs => 30 * power(2, least(attempts, 2)))
           WHERE number IN (
             SELECT number FROM outbox AS free
             WHERE NOT EXISTS (
               SELECT FROM outbox AS held WHERE held.channel = free.channel AND held.claimed_until > clock_timestamp()
             )
             ORDER BY number LIMIT $1
           )
           RETURNING number, id, channel, event, json
         )
         SELECT id, channel, event, json FROM claimed ORDER BY number`,
        [limit],
      );
      return rows;
    });
  }

  override async remove(ids: readonly string[]): Promise<void> {
    await this.database.query('DELETE FROM outbox WHERE id = ANY($1::text[])', [ids]);
  }

  override onCommitted(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
