// Is an article lost, or shown twice, when the process that has stored it is killed before it has published it? The demo, as it runs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DemoProcess } from '../demo/demo-process.js';
import { Member } from '../demo/member.js';
import { range } from '../history/reader.js';
import { freePort } from '../kit/free-port.js';
import { PostgresServer } from '../kit/postgres-server.js';
import { RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';

interface Page {
  readonly events: readonly { readonly payload: { readonly title: string } }[];
}

describe('the demo, killed with kill -9', () => {
  const cleanUp: (() => unknown)[] = [];
  afterEach(async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  });

  async function start(environment: Record<string, string>): Promise<DemoProcess> {
    const demo = await DemoProcess.start(environment);
    cleanUp.push(() => demo.stop());
    return demo;
  }

  async function publish(author: Member, title: string): Promise<boolean> {
    try {
      return (await author.ask('POST', '/articles', { title, body: 'text' })).status === 201;
    } catch {
      // the process died meanwhile; the article may be stored
      return false;
    }
  }

  /** What the log of the channel holds, oldest first. */
  async function titles(demo: DemoProcess): Promise<string[]> {
    const reader = await Member.guest(demo.url).connect();
    try {
      await reader.subscribe('articles');
      const { events } = await reader.request<Page>('rt:history', { channel: 'articles', limit: 100 });
      return events.map(({ payload }) => payload.title);
    } finally {
      reader.close();
    }
  }

  it('publishes at its next start what it had stored, in order', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'demo-outbox-'));
    cleanUp.push(() => rmSync(directory, { recursive: true, force: true }));
    const port = await freePort();
    // Redis is away, so that nothing can be published between the commit and the crash
    const environment = { DATABASE_DIRECTORY: directory, REDIS_URL: `redis://127.0.0.1:${port}` };
    const doomed = await start(environment);
    const ada = await Member.logIn(doomed.url, 'ada', 'lovelace');
    for (const n of range(1, 3)) expect(await publish(ada, `Article ${n}`)).toBe(true);
    await doomed.kill();

    const redis = await RedisServer.start(port);
    cleanUp.push(() => redis.stop());
    const again = await start(environment);
    await until(
      () => titles(again),
      ({ length }) => length === 3,
    );
    expect(await titles(again)).toEqual(['Article 1', 'Article 2', 'Article 3']);
  });

  it('leaves to another node what it has not published, and each article is there once', async () => {
    const postgres = await PostgresServer.start();
    cleanUp.push(() => postgres.stop());
    const redis = await RedisServer.start();
    cleanUp.push(() => redis.stop());
    const environment = { DATABASE_URL: postgres.url, REDIS_URL: redis.url };
    const survivor = await start(environment);
    const database = new pg.Client({ connectionString: postgres.url });
    await database.connect();
    cleanUp.push(() => database.end());

    const accepted: string[] = [];
    for (const round of range(1, 3)) {
      const doomed = await start(environment);
      const ada = await Member.logIn(doomed.url, 'ada', 'lovelace');
      const authors = range(1, 4).map(async (author) => {
        for (let n = 1; ; n++) {
          const title = `${round}.${author}.${n}`;
          if (!(await publish(ada, title))) return;
          accepted.push(title);
        }
      });
      await until(
        () => accepted.length,
        (count) => count >= 8 * round,
      );
      await doomed.kill();
      await Promise.all(authors);
    }
    // as if half a minute had passed
    await database.query('UPDATE outbox SET claimed_until = now()');
    // without the articles that came with the application, which were never published
    const stored = await database.query<{ title: string }>("SELECT title FROM articles WHERE title ~ '^[0-9]'");
    const all = stored.rows.map(({ title }) => title);
    await until(
      () => titles(survivor),
      (heard) => heard.length >= Math.min(100, all.length),
    );
    const heard = await titles(survivor);
    expect(new Set(heard).size).toBe(heard.length);
    if (all.length <= 100) expect([...heard].sort()).toEqual([...all].sort());
    expect(all).toEqual(expect.arrayContaining(accepted));
    for (const round of range(1, 3))
      for (const author of range(1, 4)) {
        const own = heard
          .filter((title) => title.startsWith(`${round}.${author}.`))
          .map((title) => Number(title.split('.')[2]));
        expect(own).toEqual([...own].sort((one, other) => one - other));
      }
  });
});
