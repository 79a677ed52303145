// Does the most common global guard serve HTTP routes only? ThrottlerGuard is written for HTTP and crashes on anything else.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from '@jest/globals';
import { HTTP_ADAPTERS } from '../kit/boot.js';
import { Client } from '../kit/client.js';

describe('a global ThrottlerGuard', () => {
  let child: ChildProcess;

  afterEach(async () => {
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    await closed;
  });

  async function start(http: string): Promise<string> {
    child = spawn(process.execPath, ['test/enhancers/throttled-app.mjs', http], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const died = once(child, 'close').then(() => Promise.reject(new Error('The application did not start.')));
    const [url] = (await Promise.race([once(createInterface(child.stdout!), 'line'), died])) as [string];
    died.catch(() => undefined);
    return url;
  }

  it.each(HTTP_ADAPTERS)('throttles routes and leaves realtime traffic alone, on %s', async (http) => {
    const url = await start(http);
    const statuses: number[] = [];
    for (let n = 0; n < 3; n++) statuses.push((await fetch(`${url}/http`)).status);
    expect(statuses).toEqual([200, 200, 429]);
    const client = await Client.connect(url);
    for (const channel of ['plain', 'guarded']) {
      expect(await client.subscribe(channel)).toEqual({ ok: true, channel });
      for (let n = 0; n < 5; n++) expect(await client.send(channel, 'message', 'x')).toEqual({ ok: true, data: 'x' });
    }
    client.close();
  });
});
