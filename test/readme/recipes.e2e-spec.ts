// Do the recipes of the manual do what they say? All of them are one application, whose clients say what they hear.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../kit/free-port.js';
import { QuickStartApp } from './quick-start-app.js';
import { filesOf, WORKSPACE } from './quick-start.js';

const SERVER = 'http://localhost:3000';
const CONNECT = 'src/clients/connect.ts';

/** What the client of each recipe says, line after line. */
const SAYS: Readonly<Record<string, readonly string[]>> = {
  poll: ['Votes: {}', 'Votes: {"tea":1}'],
  elsewhere: ['You are connected elsewhere (POLICY).'],
  room: ['Here: ann', 'ann: Hello.', 'eve: FORBIDDEN'],
  typing: ['Typing: ann'],
  todos: ['milk?', 'milk', 'milk, bread?', 'milk, bread', 'milk, bread, figs?', 'milk, bread', 'figs: LIST_IS_FULL'],
  login: ['Connected as no user', 'Hears inbox.lea'],
  gap: ['Nothing is missing.', 'Load the list again.'],
};

describe('the recipes', () => {
  const manual = readFileSync(join(WORKSPACE, 'docs/recipes.md'), 'utf8');
  const files = filesOf(manual);
  let app: QuickStartApp;
  let faults: string[];

  beforeAll(async () => {
    const port = await freePort();
    const connect = files.get(CONNECT)!.replace(SERVER, `http://localhost:${port}`);
    // The stricter one: it has no await outside of functions.
    app = new QuickStartApp(new Map([...files, [CONNECT, connect]]), 'cjs');
    faults = app.compile();
    await app.run('src/main.ts', /Nest application successfully started/, { PORT: String(port) });
  });
  afterAll(() => app.remove());

  it('are complete files that compile', () => {
    expect(files.size).toBe(manual.match(/^```ts$/gm)?.length);
    expect(faults).toEqual([]);
  });

  it('have a client each', () => {
    const clients = [...files.keys()].flatMap((path) => /^src\/clients\/(\w+)\.ts$/.exec(path)?.[1] ?? []);
    expect(clients.filter((name) => name !== 'connect').sort()).toEqual(Object.keys(SAYS).sort());
  });

  it.each(Object.entries(SAYS))('%s: its client says what the page says', async (name, lines) => {
    const path = `src/clients/${name}.ts`;
    const heard = await app.lines(path, (said) => lines.every((line) => said.includes(line)));
    const awaited = heard.filter((line) => lines.includes(line));
    expect(awaited.sort()).toEqual([...lines].sort());
  });
});
