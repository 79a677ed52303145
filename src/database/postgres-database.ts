// How does the demo use a real PostgreSQL server? A connection pool behind the same port.
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { Database, type Queryable } from './database.js';

export class PostgresDatabase extends Database {
  private readonly pool: pg.Pool;

  constructor(url: string) {
    super();
    this.pool = new pg.Pool({ connectionString: url });
    // Without a listener, an idle connection that the server drops would end the process.
    this.pool.on('error', (error) =>
      new Logger(PostgresDatabase.name).warn(`An idle connection failed: ${error.message}`),
    );
  }

  async query<Row>(sql: string, params: readonly unknown[] = []): Promise<{ rows: Row[] }> {
    const { rows } = await this.pool.query(sql, [...params]);
    return { rows: rows as Row[] };
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  protected async transact<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result> {
    const client = await this.pool.connect();
    let broken = false;
    try {
      await client.query('BEGIN');
      const result = await work({
        query: async <Row>(sql: string, params: readonly unknown[] = []) => {
          const { rows } = await client.query(sql, [...params]);
          return { rows: rows as Row[] };
        },
      });
      await client.query('COMMIT');
      return result;
    } catch (error) {
      // A connection that cannot even roll back must not go back into the pool.
      await client.query('ROLLBACK').catch(() => (broken = true));
      throw error;
    } finally {
      client.release(broken);
    }
  }
}
