import { randomUUID } from 'node:crypto';
import { Global, Module } from '@nestjs/common';
import { CommandBus, CqrsModule, EventBus } from '@nestjs/cqrs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, InMemoryRealtimeBroadcaster, RealtimeModule } from 'nestjs-realtime';
import { forward, RealtimeBridge, RealtimeCqrsModule } from 'nestjs-realtime/cqrs';
import { z } from 'zod';
import { ArticlePublished, ArticlesModule } from '../../src/articles/index.js';
import { PublishArticle } from '../../src/articles/commands/publish-article.js';
import { afterCommit, committed, Database, DatabaseOutbox } from '../../src/database/index.js';
import { EmbeddedDatabase } from '../../src/database/embedded-database.js';
import { migrate } from '../../src/database/migrate.js';
import { NotificationsModule } from '../../src/notifications/index.js';
import { UsersService } from '../../src/users/index.js';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { LogBook } from '../kit/log-book.js';
import { until } from '../kit/until.js';

@Global()
@Module({
  providers: [
    {
      provide: Database,
      useFactory: async () => {
        const database = await EmbeddedDatabase.open();
        await migrate(database);
        return database;
      },
    },
  ],
  exports: [Database],
})
class MemoryDatabaseModule {}

/** Where a bridge forwards what is published in transactions of the demo. */
const headlines = defineRealtimeChannel({ name: 'headlines', scope: 'public', payload: z.string() });
const allowlist = [forward(ArticlePublished).to(headlines, 'message', ({ article }) => ({ payload: article.title }))];

describe("the demo's transactions", () => {
  const log = new LogBook();
  let app: TestApp;
  let database: Database;
  let memory: InMemoryRealtimeBroadcaster;

  beforeAll(async () => {
    app = await boot(
      {
        imports: [
          MemoryDatabaseModule,
          CqrsModule.forRoot(),
          RealtimeModule.forRoot({ mode: 'in-memory', outbox: DatabaseOutbox }),
          RealtimeModule.forFeature([headlines]),
          RealtimeCqrsModule.forRoot({ afterCommit, allowlist }),
          ArticlesModule,
          NotificationsModule,
        ],
      },
      { logger: log },
    );
    database = app.nest.get(Database);
    memory = app.nest.get(InMemoryRealtimeBroadcaster);
  });
  afterAll(async () => {
    await closeApps();
    await database.close();
  });
  beforeEach(() => memory.clear());

  const articleOf = (title: string) => ({
    id: randomUUID(),
    title,
    body: 'text',
    author: 'Ada',
    publishedAt: new Date().toISOString(),
  });
  const titles = () =>
    memory.broadcasts.flatMap(({ channel, payload }) => (channel === 'headlines' ? [payload as string] : []));
  const ada = async () => (await app.nest.get(UsersService, { strict: false }).find('ada'))!;

  it('a commit notifies the readers of an article, with the fields they need', async () => {
    const article = await app.nest.get(CommandBus).execute(new PublishArticle(await ada(), 'News', 'text'));
    await until(
      () => memory.broadcasts.find(({ channel }) => channel === 'articles'),
      (published) => published !== undefined,
    );
    expect(memory.broadcasts).toContainEqual({ channel: 'articles', event: 'published', payload: article });
    expect(titles()).toEqual(['News']);
    expect((await database.query('SELECT id FROM articles')).rows).toEqual([{ id: article.id }]);
    // all other users are notified
    await until(
      () => memory.broadcasts.filter(({ event }) => event === 'arrived').length,
      (notified) => notified > 0,
    );
  });

  it('a rollback notifies no user of its article', async () => {
    const author = await ada();
    const notified = async () => (await database.query('SELECT id FROM notifications')).rows.length;
    const before = await notified();
    const failing = database.transaction(async () => {
      app.nest.get(EventBus).publish(new ArticlePublished(author, articleOf('Never')));
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    // this one commits after it, so that everything the first could have caused has arrived
    await database.transaction(async () => {
      app.nest.get(EventBus).publish(new ArticlePublished(author, articleOf('After it')));
    });
    expect(titles()).toEqual(['After it']);
    const users = await app.nest.get(UsersService, { strict: false }).list();
    await until(notified, (count) => count >= before + users.length - 1);
    expect(JSON.stringify(memory.broadcasts)).not.toContain('Never');
    expect(app.nest.get(RealtimeBridge).stats()).toMatchObject([{ failed: 0, pending: 0 }]);
  });

  it('a transaction sends nothing before its commit, and then only its own events', async () => {
    const author = await ada();
    const publish = (title: string) => app.nest.get(EventBus).publish(new ArticlePublished(author, articleOf(title)));
    const seen: string[][] = [];
    await Promise.allSettled([
      database.transaction(async (transaction) => {
        publish('first');
        await transaction.query('SELECT 1');
        publish('second');
        seen.push(titles());
      }),
      database.transaction(async (transaction) => {
        publish('lost');
        await transaction.query('SELECT no_such_column');
      }),
      database.transaction(async () => void publish('third')),
    ]);
    expect(seen).toEqual([[]]);
    expect(titles()).toEqual(['first', 'second', 'third']);
  });

  it('an event outside of a transaction is sent at once', async () => {
    app.nest.get(EventBus).publish(new ArticlePublished(await ada(), articleOf('At once')));
    expect(titles()).toEqual(['At once']);
    expect(await committed()).toBe(true);
  });

  it('a transaction stays committed when later work fails, and what follows a rollback is dropped', async () => {
    const ran: string[] = [];
    let late!: () => void;
    const gate = new Promise<void>((resolve) => (late = resolve));
    let straggler: Promise<void> | undefined;
    const kept = database.transaction(async () => {
      afterCommit(() => {
        throw new Error('no one listens');
      });
      afterCommit(() => ran.push('kept'));
      return 'done';
    });
    const lost = database.transaction(async () => {
      straggler = gate.then(() => afterCommit(() => ran.push('straggler')));
      throw new Error('changed my mind');
    });
    expect(await kept).toBe('done');
    await expect(lost).rejects.toThrow('changed my mind');
    late();
    await straggler;
    expect(ran).toEqual(['kept']);
    expect(log.errors()).toEqual([expect.stringContaining('A listener of a transaction failed')]);
  });
});
