// Do the stores of the outbox keep what their port promises: in memory, and in both databases of the demo?
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { outboxStoreContract, type OutboxStoreUnderTest } from 'nestjs-realtime/testing';
import type { Database, Queryable } from '../../src/database/index.js';
import { DatabaseOutbox } from '../../src/database/database.outbox.js';
import { EmbeddedDatabase } from '../../src/database/embedded-database.js';
import { migrate } from '../../src/database/migrate.js';
import { PostgresDatabase } from '../../src/database/postgres-database.js';
import { PostgresServer } from '../kit/postgres-server.js';
import { MemoryStore, MemoryTable } from './memory-store.js';

describe('the store in memory', () => {
  const table = new MemoryTable();
  const under = {
    store: () => new MemoryStore(table),
    transaction: (work: Parameters<MemoryTable['transaction']>[0]) => table.transaction(work),
    expireClaims: async () => table.claimed.clear(),
  };
  it.each(outboxStoreContract(under))('$title', ({ run }) => run());
});

describe.each(['embedded', 'PostgreSQL'])('the store in the %s database', (kind) => {
  let server: PostgresServer | undefined;
  let database: Database;

  beforeAll(async () => {
    if (kind === 'PostgreSQL') server = await PostgresServer.start();
    database = server === undefined ? await EmbeddedDatabase.open() : new PostgresDatabase(server.url);
    await migrate(database);
  });
  afterAll(async () => {
    await database?.close();
    await server?.stop();
  });

  const under: OutboxStoreUnderTest<Queryable> = {
    store: () => new DatabaseOutbox(database),
    transaction: (work) => database.transaction(work),
    expireClaims: async () => void (await database.query("UPDATE outbox SET claimed_until = now() - interval '1 s'")),
  };
  it.each(outboxStoreContract(under))('$title', ({ run }) => run());

  it('claims a row that could not be published for longer each time, at most two minutes', async () => {
    const store = new DatabaseOutbox(database);
    const entry = { id: 'row', channel: 'slow', event: 'said', json: '1' };
    await database.transaction((transaction) => store.insert(transaction, [entry]));
    const halfMinutes: number[] = [];
    for (let n = 0; n < 4; n++) {
      expect(await store.claim(10)).toEqual([entry]);
      const { rows } = await database.query<{ length: number }>(
        'SELECT round(extract(epoch FROM claimed_until - clock_timestamp()) / 30)::int AS length FROM outbox',
      );
      halfMinutes.push(rows[0].length);
      await under.expireClaims();
    }
    expect(halfMinutes).toEqual([1, 2, 4, 4]);
    await store.remove(['row']);
  });

  it('tells of a commit, and of no rollback', async () => {
    const store = new DatabaseOutbox(database);
    let told = 0;
    const off = store.onCommitted(() => told++);
    const write = (id: string) => (transaction: Queryable) =>
      store.insert(transaction, [{ id, channel: 'told', event: 'said', json: '1' }]);
    await database.transaction(async (transaction) => {
      await write('a')(transaction);
      expect(told).toBe(0);
    });
    expect(told).toBe(1);
    const failed = database.transaction(async (transaction) => {
      await write('b')(transaction);
      throw new Error('rolled back');
    });
    await expect(failed).rejects.toThrow('rolled back');
    expect(told).toBe(1);
    off();
    await database.transaction(write('c'));
    expect(told).toBe(1);
    await store.remove(['a', 'c']);
  });
});
