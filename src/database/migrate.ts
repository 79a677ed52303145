// How does a database reach the newest schema? Migrations that have not run yet run at boot, all of them or none.
import type { Database } from './database.js';
import { type Migration, migrations } from './migrations.js';

/** Any number will do, as long as every process of the application uses the same one. */
const MIGRATION_LOCK = 20160;

/** @returns the names of the migrations that ran now. */
export async function migrate(database: Database, list: readonly Migration[] = migrations): Promise<string[]> {
  return database.transaction(async (transaction) => {
    // Two processes that boot together take turns; the lock ends with the transaction.
    await transaction.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await transaction.query(
      'CREATE TABLE IF NOT EXISTS migrations (number integer PRIMARY KEY, name text NOT NULL, ran_at timestamptz NOT NULL DEFAULT now())',
    );
    const { rows } = await transaction.query<{ number: number }>('SELECT number FROM migrations');
    const done = new Set(rows.map((row) => row.number));
    const ran: string[] = [];
    for (const [index, migration] of list.entries()) {
      if (done.has(index + 1)) continue;
      for (const statement of migration.statements) await transaction.query(statement);
      await transaction.query('INSERT INTO migrations (number, name) VALUES ($1, $2)', [index + 1, migration.name]);
      ran.push(migration.name);
    }
    return ran;
  });
}
