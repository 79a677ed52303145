// Do the commands print what the manual shows? Each is run on the application that the manual speaks of.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { buildOnce, documentedCommands, run, WORKSPACE } from './command-line.js';

const ORDERS = 'test/inspection/apps/orders.mjs';

const manual = readFileSync(`${WORKSPACE}docs/operations.md`, 'utf8');
const commands = documentedCommands(manual);

beforeAll(buildOnce);

describe('docs/operations.md', () => {
  it('shows the output of each command', () => {
    expect([...new Set(commands.map(({ args }) => args[0]))].sort()).toEqual(['doctor', 'explain', 'list']);
    expect(manual.match(/^npx nestjs-realtime /gm)).toHaveLength(commands.length);
  });

  it.each(commands)('shows what $line prints', ({ args, output }) => {
    expect(run(...args, ORDERS)).toMatchObject({ output, error: '' });
  });
});
