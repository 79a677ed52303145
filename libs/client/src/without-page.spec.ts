// What does a client do where there is no page, as on a server that renders?
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { build } from 'esbuild';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { createRealtimeClient } from './index.js';

const WHAT_TO_DO = "No page says where the server is; set url, such as 'https://api.example.com'.";
const CLOSED = { code: 'CLOSED', message: WHAT_TO_DO, retryable: false };

describe('a client without a page and without a url', () => {
  afterEach(() => void Reflect.deleteProperty(globalThis, 'location'));

  it.each([undefined, { protocol: 'file:', host: '' }, { protocol: 'about:', host: '' }])(
    'stays disconnected where location is %j, and says what to do',
    async (location) => {
      if (location) Object.assign(globalThis, { location });
      const logger = { debug: jest.fn(), warn: jest.fn(), error: jest.fn() };
      await using client = createRealtimeClient({ logger });
      expect(logger.warn.mock.calls).toEqual([['Realtime connection', expect.objectContaining(CLOSED)]]);
      client.connect();
      expect(logger.warn).toHaveBeenCalledTimes(2);
      expect(client.status).toEqual({ state: 'disconnected' });
      const channel = client.channel('a');
      const events = channel.events('x');
      const target = defineRealtimeChannel({ name: 'b', scope: 'public', messages: { m: null } });
      for (const asked of [
        client.ready(),
        client.authenticate(),
        channel.ready(),
        channel.send('m'),
        client.send(target, 'm'),
      ])
        await expect(asked).rejects.toMatchObject(CLOSED);
      expect(channel.status).toEqual({ state: 'subscribing' });
      await client.close();
      expect(await events.next()).toEqual({ done: true, value: undefined });
      expect(() => client.connect()).toThrow('Closed by this client.');
    },
  );

  it('connects to the server of its page', async () => {
    Object.assign(globalThis, {
      location: { protocol: 'http:', hostname: 'localhost', port: '1', host: 'localhost:1' },
    });
    await using client = createRealtimeClient();
    expect(client.status.state).toBe('connecting');
    await client.close();
  });
});

describe('a process with a client', () => {
  let folder: string;
  /** What a program prints with the client, before it ends by itself. */
  async function run(program: string): Promise<string> {
    const outfile = join(folder, 'program.mjs');
    await build({
      stdin: { contents: program, resolveDir: import.meta.dirname, loader: 'ts' },
      bundle: true,
      format: 'esm',
      platform: 'node',
      tsconfig: 'tsconfig.json',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      outfile,
    });
    return (await promisify(execFile)(process.execPath, [outfile])).stdout;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'without-page-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('ends while the client is idle', async () => {
    const printed = await run(`
      import { createRealtimeClient } from './index.js';
      const idle = [createRealtimeClient(), createRealtimeClient({ url: 'http://localhost', autoConnect: false })];
      for (const client of idle) {
        client.watch(['ada']);
        client.channel('a').on('x', () => undefined);
        client.channel('a').events('x').next();
        client.ready({ timeout: '1h' }).catch(({ message }) => console.log(message));
      }
    `);
    expect(printed.split('\n')).toEqual([WHAT_TO_DO, 'Closed by this client.', '']);
  });

  it('sees what is asked of a client that is closed, and of a handle that was unsubscribed', async () => {
    const printed = await run(`
      import { createRealtimeClient } from './index.js';
      process.on('unhandledRejection', ({ code }) => console.log('unhandled', code));
      const client = createRealtimeClient({ url: 'http://127.0.0.1:9' });
      const channel = client.channel('a');
      channel.send('while it waits');
      channel.unsubscribe();
      channel.send('too late');
      client.ready();
      await client.close();
      client.ready();
    `);
    expect(printed).toBe('unhandled CLOSED\nunhandled CLOSED\n');
  });
});
