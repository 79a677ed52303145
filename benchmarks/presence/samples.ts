// How do the parts of this scenario take samples, and what do they make of them?
import { NODE } from '../cluster/contestants.js';
import type { Options } from '../harness/options.js';
import type { CaseResult } from '../harness/scenario.js';
import type { PresenceCost } from './present-nodes.js';

export const MANY = 10_000;
export const ROOM = 'rooms.1';

/** One warm-up round, then the measured ones. */
export async function rounds<Sample>(options: Options, measure: () => Promise<Sample>): Promise<Sample[]> {
  await measure();
  const samples: Sample[] = [];
  for (let round = 0; round < options.rounds; round++) samples.push(await measure());
  return samples;
}

export function result(what: string, unit: string, samples: readonly number[]): CaseResult {
  return { scenario: 'presence', case: what, unit, contestants: [{ ...NODE, samples }], targets: [] };
}

export function results(what: string, count: number, costs: readonly PresenceCost[], node = 0): CaseResult[] {
  return [
    result(
      `${what}, Redis`,
      'CPU-µs each',
      costs.map(({ redis }) => redis / count),
    ),
    result(
      `${what}, node`,
      'CPU-µs each',
      costs.map(({ nodes }) => nodes[node] / count),
    ),
    result(
      `${what}, one caller`,
      'a second',
      costs.map(({ wallMs }) => (1_000 * count) / wallMs),
    ),
  ];
}
