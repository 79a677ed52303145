// How does the demo run with nothing but npm installed? PostgreSQL compiled to WebAssembly, inside this process.
import { PGlite } from '@electric-sql/pglite';
import { Database, type Queryable } from './database.js';

export class EmbeddedDatabase extends Database {
  private constructor(private readonly pglite: PGlite) {
    super();
  }

  /** @param directory where the data is kept; without one it is in memory and lost when the process ends. */
  static async open(directory?: string): Promise<EmbeddedDatabase> {
    return new EmbeddedDatabase(await PGlite.create(directory));
  }

  query<Row>(sql: string, params: readonly unknown[] = []): Promise<{ rows: Row[] }> {
    return this.pglite.query<Row>(sql, [...params]);
  }

  close(): Promise<void> {
    return this.pglite.close();
  }

  protected transact<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result> {
    return this.pglite.transaction((transaction) =>
      work({
        query: <Row>(sql: string, params: readonly unknown[] = []) => transaction.query<Row>(sql, [...params]),
      }),
    );
  }
}
