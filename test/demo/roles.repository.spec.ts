// Which roles can be taken away, and what happens when two admins do it at once?
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Database } from '../../src/database/index.js';
import { EmbeddedDatabase } from '../../src/database/embedded-database.js';
import { migrate } from '../../src/database/migrate.js';
import { PostgresDatabase } from '../../src/database/postgres-database.js';
import { type RoleAssignment, RolesRepository } from '../../src/users/roles.repository.js';

const implementations: [string, () => Promise<Database>][] = [['embedded', () => EmbeddedDatabase.open()]];
/** An empty database on a PostgreSQL server, where one is available. */
const url = process.env.TEST_DATABASE_URL;
if (url) implementations.push(['PostgreSQL', async () => new PostgresDatabase(url)]);

describe.each(implementations)('roles in the %s database', (_name, open) => {
  let database: Database;
  let roles: RolesRepository;

  beforeEach(async () => {
    database = await open();
    await migrate(database);
    roles = new RolesRepository(database);
    await database.query("INSERT INTO users VALUES ('ann', 'Ann', '-'), ('bob', 'Bob', '-'), ('cid', 'Cid', '-')");
    await database.query("INSERT INTO user_roles VALUES ('ann', 'admin'), ('bob', 'admin'), ('cid', 'admin')");
  });

  afterEach(async () => {
    const tables = 'notifications, articles, sessions, user_roles, role_permissions, roles, users, migrations';
    await database.query(`DROP TABLE ${tables} CASCADE`);
    await database.close();
  });

  const take = (byId: string, userId: string, role = 'admin'): RoleAssignment => ({
    byId,
    userId,
    role,
    granted: false,
  });

  async function admins(): Promise<string[]> {
    const { rows } = await database.query<{ id: string }>(
      "SELECT user_id AS id FROM user_roles WHERE role = 'admin' ORDER BY 1",
    );
    return rows.map(({ id }) => id);
  }

  it('one admin is left where two take the role from each other', async () => {
    await roles.change(take('ann', 'cid'));
    const outcomes = await Promise.all([roles.change(take('ann', 'bob')), roles.change(take('bob', 'ann'))]);
    expect(outcomes.sort()).toEqual(['changed', 'not permitted']);
    expect(await admins()).toHaveLength(1);
  });

  it.each([
    [
      ['ann', 'bob'],
      ['bob', 'cid'],
      ['cid', 'ann'],
    ],
    [
      ['ann', 'cid'],
      ['bob', 'ann'],
      ['cid', 'bob'],
    ],
    [
      ['ann', 'ann'],
      ['bob', 'bob'],
      ['cid', 'cid'],
    ],
  ])('at least one admin is left where three take the role at once: %j %j %j', async (...pairs) => {
    await Promise.all(pairs.map(([byId, userId]) => roles.change(take(byId, userId))));
    expect((await admins()).length).toBeGreaterThanOrEqual(1);
  });

  it('a role stays where no other user could give it back', async () => {
    await roles.change(take('ann', 'bob'));
    await roles.change(take('ann', 'cid'));
    expect(await roles.change(take('ann', 'ann'))).toBe('last');
    expect(await admins()).toEqual(['ann']);
  });

  it('a role may be taken away where another role has the same permission', async () => {
    await database.query("INSERT INTO roles VALUES ('chief', '')");
    await database.query("INSERT INTO role_permissions VALUES ('chief', 'users.manage')");
    await roles.change({ byId: 'ann', userId: 'ann', role: 'chief', granted: true });
    for (const userId of ['bob', 'cid', 'ann']) expect(await roles.change(take('ann', userId))).toBe('changed');
    expect(await roles.change(take('ann', 'ann', 'chief'))).toBe('last');
  });

  it('a user who has lost the permission meanwhile gives no role', async () => {
    await roles.change(take('ann', 'bob'));
    expect(await roles.change({ byId: 'bob', userId: 'bob', role: 'admin', granted: true })).toBe('not permitted');
    expect(await roles.change(take('bob', 'ann'))).toBe('not permitted');
    expect(await admins()).toEqual(['ann', 'cid']);
  });

  it('a change is reported once', async () => {
    const give = { byId: 'ann', userId: 'bob', role: 'editor', granted: true };
    const outcomes = await Promise.all([1, 2, 3].map(() => roles.change(give)));
    expect(outcomes.sort()).toEqual(['changed', 'unchanged', 'unchanged']);
    expect(await roles.change(take('ann', 'bob', 'reader'))).toBe('unchanged');
    expect(await roles.change({ ...give, role: 'emperor' })).toBe('unchanged');
    expect(await roles.change({ ...give, userId: 'nobody' })).toBe('unchanged');
  });
});
