import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '../../src/database/index.js';
import { EmbeddedDatabase } from '../../src/database/embedded-database.js';
import { migrate } from '../../src/database/migrate.js';
import { migrations } from '../../src/database/migrations.js';
import { PostgresDatabase } from '../../src/database/postgres-database.js';

const implementations: [string, () => Promise<Database>][] = [['embedded', () => EmbeddedDatabase.open()]];
/** An empty database on a PostgreSQL server, where one is available. */
const url = process.env.TEST_DATABASE_URL;
if (url) implementations.push(['PostgreSQL', async () => new PostgresDatabase(url)]);

describe.each(implementations)('the %s database', (_name, open) => {
  let database: Database;

  beforeAll(async () => {
    database = await open();
    await database.query('CREATE TABLE things (name text PRIMARY KEY, tags text[], made_at timestamptz)');
  });

  afterAll(async () => {
    await database.query('DROP TABLE things');
    await database.close();
  });

  it('takes parameters and returns rows', async () => {
    const madeAt = new Date('2026-01-02T03:04:05.678Z');
    const sql = 'INSERT INTO things VALUES ($1, $2, $3) RETURNING name, tags, made_at AS "madeAt"';
    const { rows } = await database.query(sql, ["o'clock; --", ['a', 'b,c'], madeAt]);
    expect(rows).toEqual([{ name: "o'clock; --", tags: ['a', 'b,c'], madeAt }]);
  });

  it('keeps the changes of a transaction that resolves, and none of one that rejects', async () => {
    const add = 'INSERT INTO things (name) VALUES ($1)';
    await database.transaction((transaction) => transaction.query(add, ['kept']));
    const failure = database.transaction(async (transaction) => {
      await transaction.query(add, ['lost']);
      throw new Error('changed my mind');
    });
    await expect(failure).rejects.toThrow('changed my mind');
    const { rows } = await database.query("SELECT name FROM things WHERE name IN ('kept', 'lost')");
    expect(rows).toEqual([{ name: 'kept' }]);
  });

  it('runs each migration once and none by half', async () => {
    const first = { name: 'first', statements: ['CREATE TABLE migrated (n integer)'] };
    const broken = { name: 'broken', statements: ['INSERT INTO migrated VALUES (1)', 'SELECT no_such_column'] };
    const fixed = { name: 'fixed', statements: ['INSERT INTO migrated VALUES (2)'] };
    expect(await Promise.all([migrate(database, [first]), migrate(database, [first])])).toContainEqual(['first']);
    await expect(migrate(database, [first, broken])).rejects.toThrow('no_such_column');
    expect(await migrate(database, [first, fixed])).toEqual(['fixed']);
    expect(await migrate(database, [first, fixed])).toEqual([]);
    expect((await database.query('SELECT n FROM migrated')).rows).toEqual([{ n: 2 }]);
    await database.query('DROP TABLE migrated');
    await database.query('DROP TABLE migrations');
  });

  it('keeps the users and roles of the schema without a table of roles', async () => {
    await migrate(database, migrations.slice(0, 3));
    await database.query("INSERT INTO users VALUES ('ada', 'Ada', '-'), ('carl', 'Carl', '-')");
    await database.query("INSERT INTO user_roles VALUES ('ada', 'editor'), ('carl', 'editor'), ('carl', 'a poet''s')");
    expect(await migrate(database)).toEqual(migrations.slice(3).map(({ name }) => name));
    const { rows } = await database.query(
      `SELECT u.user_id AS id, u.role, p.permission FROM user_roles u JOIN roles r ON r.name = u.role
       LEFT JOIN role_permissions p ON p.role = r.name ORDER BY 1, 2`,
    );
    expect(rows).toEqual([
      { id: 'ada', role: 'editor', permission: 'articles.publish' },
      { id: 'carl', role: "a poet's", permission: null },
      { id: 'carl', role: 'editor', permission: 'articles.publish' },
    ]);
    const unknown = database.query("INSERT INTO user_roles VALUES ('ada', 'emperor')");
    await expect(unknown).rejects.toThrow('user_roles_of_roles');
    const tables = 'outbox, notifications, articles, sessions, user_roles, role_permissions, roles, users, migrations';
    await database.query(`DROP TABLE ${tables} CASCADE`);
  });
});
