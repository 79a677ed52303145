import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { documentedCommands, run } from '../inspection/command-line.js';
import { freePort } from '../kit/free-port.js';
import { QuickStartApp } from './quick-start-app.js';
import { ownLines, quickStartFiles, WORKSPACE } from './quick-start.js';

const SERVER = 'http://localhost:3000';
const CLIENT = 'src/client.ts';

describe('the quick start of the README', () => {
  const files = quickStartFiles();
  let app: QuickStartApp;
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    const client = files.get(CLIENT)!.replace(SERVER, `http://localhost:${port}`);
    app = new QuickStartApp(new Map([...files, [CLIENT, client]]));
  });

  afterAll(() => app.remove());

  it('consists of a channel, a handler, a module and a client', () => {
    expect([...files.keys()]).toEqual([
      'src/orders/order.channel.ts',
      'src/orders/handlers/on-add-note.handler.ts',
      'src/app.module.ts',
      CLIENT,
    ]);
    expect(files.get(CLIENT)).toContain(SERVER);
  });

  it('takes under 30 lines beside what nest new generates', () => {
    expect(ownLines(files).length).toBeGreaterThan(10);
    expect(ownLines(files).length).toBeLessThan(30);
  });

  it('compiles and pushes its message to the client', async () => {
    expect(app.compile()).toEqual([]);
    await app.run('src/main.ts', /Nest application successfully started/, { PORT: String(port) });
    expect(await app.run(CLIENT, /^Noted/)).toBe('Noted: Ring twice.');
  });

  it('is what the commands of the README are shown on', () => {
    expect(app.compile()).toEqual([]);
    const commands = documentedCommands(readFileSync(join(WORKSPACE, 'README.md'), 'utf8'));
    expect(commands.map(({ args }) => args[0])).toEqual(['list', 'explain', 'doctor']);
    for (const { args, output } of commands) {
      expect(run(...args, app.output('src/app.module.ts'))).toEqual({ code: 0, output, error: '' });
    }
  });
});
