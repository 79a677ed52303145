// Do the examples of docs/server-to-server.md run, and does an event reach another process?
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisServer } from '../kit/redis-server.js';
import { QuickStartApp } from '../readme/quick-start-app.js';
import { filesOf, WORKSPACE } from '../readme/quick-start.js';

describe('the examples of docs/server-to-server.md', () => {
  const manual = readFileSync(join(WORKSPACE, 'docs/server-to-server.md'), 'utf8');
  const files = filesOf(manual);
  let app: QuickStartApp;
  let redis: RedisServer;

  beforeAll(async () => {
    app = new QuickStartApp(files);
    redis = await RedisServer.start();
  });
  afterAll(async () => {
    await app.remove();
    await redis.stop();
  });

  it('are complete files that compile', () => {
    expect(files.size).toBe(manual.match(/^```ts$/gm)?.length);
    expect(app.compile()).toEqual([]);
  });

  it('bring an event of one process to the handlers of another', async () => {
    const environment = { PORT: '0', REDIS_URL: redis.url };
    let isHeard = false;
    const heard = app
      .run('src/main.ts', /Forgot the prices of 42/, environment)
      .then((line) => ((isHeard = true), line));
    // until the other process listens
    while (!isHeard) await Promise.race([heard, app.run('src/change-prices.ts', /have changed/, environment)]);
    expect(await heard).toContain('Forgot the prices of 42');
  });
});
