// What does the application ask of a database? One port, so that an embedded PostgreSQL and a server are interchangeable.
import { inTransaction } from './after-commit.js';

/** Runs SQL with `$1`-style parameters. */
export interface Queryable {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<{ rows: Row[] }>;
}

/** The application's database; inject it by this class. */
export abstract class Database implements Queryable {
  abstract query<Row>(sql: string, params?: readonly unknown[]): Promise<{ rows: Row[] }>;

  /** Commits when `work` resolves, rolls back when it rejects. Inside, use the given `Queryable` only; `afterCommit` waits for its end. */
  transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result> {
    return inTransaction(() => this.transact(work));
  }

  abstract close(): Promise<void>;

  /** Runs `work` in one transaction; see `transaction`. */
  protected abstract transact<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result>;
}
