// Does any client miss an event while nodes and Redis die for some time? A run of its own, with a verdict.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import type { ChaosReport } from './report.js';

const MAIN = 'dist/test/chaos/main.js';
const MOST_MS = 480_000;

async function runWith(...args: string[]): Promise<ChaosReport> {
  const run = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'], timeout: MOST_MS });
  const [said] = await Promise.all([text(run.stdout), once(run, 'close')]);
  const report = JSON.parse(said.slice(said.indexOf('{\n'))) as ChaosReport;
  expect(report).toMatchObject({
    notes: [],
    missing: 0,
    duplicated: 0,
    outOfOrder: 0,
    wrong: 0,
    unexplained: 0,
    ghosts: 0,
    missingMembers: 0,
    wrongEdges: 0,
    unhandled: 0,
  });
  expect(report.edges).toBeGreaterThan(0);
  expect(report.heard).toBeGreaterThan(report.published);
  return report;
}

it(
  'leaves no client with a gap, a double or a reset that was not told',
  async () => {
    const report = await runWith('--minutes', '1.2', '--clients', '300', '--seed', '16');
    expect(report.published).toBeGreaterThan(5_000);
    expect(report.edges).toBeGreaterThan(0);
    expect(report.heard).toBeGreaterThan(20 * report.published);
    expect(report.recoveries).toBeGreaterThan(300);
    expect(Object.keys(report.happened).length).toBeGreaterThan(3);
  },
  MOST_MS,
);

it(
  'leaves no client of a Cluster with one, while slots move and masters die',
  async () => {
    const report = await runWith('--engine', 'cluster', '--minutes', '0.5', '--clients', '60', '--seed', '16');
    expect(report.published).toBeGreaterThan(500);
    expect(report.recoveries).toBeGreaterThan(20);
  },
  MOST_MS,
);
