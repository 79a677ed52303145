// Do the commands print what the manual shows? Each `sh` block with a command is run on the application that the manual speaks of.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { buildOnce, run, WORKSPACE } from './command-line.js';

const ORDERS = 'test/inspection/apps/orders.mjs';
const EXAMPLE = /```sh\nnpx nestjs-realtime (.+)\n```\n\n```text\n([^]*?)```/g;

const manual = readFileSync(`${WORKSPACE}docs/operations.md`, 'utf8');
const examples = [...manual.matchAll(EXAMPLE)].map(([, line, output]) => ({ line, output }));

beforeAll(buildOnce);

describe('docs/operations.md', () => {
  it('shows what each command prints', () => {
    const shown = new Set(examples.map(({ line }) => line.split(' ')[0]));
    expect([...shown].sort()).toEqual(['doctor', 'explain', 'list']);
    expect(manual.match(/^npx nestjs-realtime /gm)).toHaveLength(examples.length);
  });

  it.each(examples)('shows what is printed for $line', ({ line, output }) => {
    expect(run(...wordsOf(line), ORDERS)).toMatchObject({ output, error: '' });
  });
});

/** The arguments as a shell reads them; single quotes hold together. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|\S+/g)].map(([whole, quoted]) => quoted ?? whole);
}
