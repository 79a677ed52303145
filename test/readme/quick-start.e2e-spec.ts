import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { documentedCommands, run } from '../inspection/command-line.js';
import { freePort } from '../kit/free-port.js';
import { QuickStartApp } from './quick-start-app.js';
import { ownLines, quickStartFiles, WORKSPACE } from './quick-start.js';

const SERVER = 'http://localhost:3000';
const CLIENT = 'src/client.ts';
const USE_CASE = 'src/courier.ts';

describe.each(['esm', 'cjs'] as const)('the quick start of the README, in an application of the kind %s', (kind) => {
  const files = quickStartFiles();
  let app: QuickStartApp;
  let port: number;
  let faults: string[];

  beforeAll(async () => {
    port = await freePort();
    const client = files.get(CLIENT)!.replace(SERVER, `http://localhost:${port}`);
    app = new QuickStartApp(new Map([...files, [CLIENT, client]]), kind);
    faults = app.compile();
  });

  afterAll(() => app.remove());

  it('consists of a channel, a handler, a module, a client, and a use case that broadcasts', () => {
    expect([...files.keys()]).toEqual([
      'src/orders/order.channel.ts',
      'src/orders/handlers/on-add-note.handler.ts',
      'src/app.module.ts',
      CLIENT,
      USE_CASE,
    ]);
    expect(files.get(CLIENT)).toContain(SERVER);
  });

  it('takes under 50 lines to the first event, beside what nest new generates', () => {
    const first = new Map([...files].filter(([path]) => path !== USE_CASE));
    expect(ownLines(first).length).toBeGreaterThan(10);
    expect(ownLines(first).length).toBeLessThan(50);
  });

  it('compiles and pushes its message to the client', async () => {
    expect(faults).toEqual([]);
    await app.run('src/main.ts', /Nest application successfully started/, { PORT: String(port) });
    expect(await app.run(CLIENT, /^Noted/)).toBe('Noted: Ring twice.');
  });

  it('keeps what nest new has put into the module', () => {
    const kept = /controllers: \[AppController\],|providers: \[AppService/g;
    expect(files.get('src/app.module.ts')!.match(kept)).toHaveLength(2);
  });

  it('is what the commands of the README are shown on', () => {
    expect(faults).toEqual([]);
    const commands = documentedCommands(readFileSync(join(WORKSPACE, 'README.md'), 'utf8'));
    expect(commands.map(({ args }) => args[0])).toEqual(['list', 'explain', 'doctor']);
    for (const { args, output } of commands) {
      expect(run(...args, app.output('src/app.module.ts'))).toEqual({ code: 0, output, error: '' });
    }
  });
});
