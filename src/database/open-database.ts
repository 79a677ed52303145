// Which database does this process use? The environment says.
import type { Database } from './database.js';
import { EmbeddedDatabase } from './embedded-database.js';
import { migrate } from './migrate.js';
import { PostgresDatabase } from './postgres-database.js';

/**
 * Opens the database and brings it to the newest schema.
 *
 * - `DATABASE_URL=postgres://...`: a PostgreSQL server.
 * - `DATABASE_DIRECTORY=./data`: embedded, kept in that directory.
 * - neither: embedded, in memory.
 */
export async function openDatabase(environment: NodeJS.ProcessEnv): Promise<Database> {
  const database = environment.DATABASE_URL
    ? new PostgresDatabase(environment.DATABASE_URL)
    : await EmbeddedDatabase.open(environment.DATABASE_DIRECTORY || undefined);
  try {
    await migrate(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
