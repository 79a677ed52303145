import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { USAGE } from '../harness/options.js';
import { COSTS, type Figure, FIGURES, GATHERED_COSTS } from './figures.js';

const figures = Object.values(FIGURES).flatMap((group) => Object.entries<Figure>({ ...group }));

describe('the constants of the model', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const scenarios = /^Scenarios: ([^(]+)/m.exec(USAGE)![1].split(/[, ]+/);

  it.each(figures)('%s names a benchmark that exists, and is a cost', (_, { value, measuredBy, gathered }) => {
    for (const one of [measuredBy, gathered?.measuredBy ?? measuredBy])
      expect([...scenarios, ...Object.keys(scripts)]).toContain(one);
    expect(value).toBeGreaterThan(0);
  });

  it.each(figures)('%s costs no more in bursts than alone', (_, { value, gathered }) => {
    expect(gathered?.value ?? value).toBeLessThanOrEqual(value);
  });

  it('are the costs that the model counts with', () => {
    expect(COSTS.node.write).toBe(FIGURES.node.write.value);
    expect(GATHERED_COSTS.redis.publish).toBe(FIGURES.redis.publish.gathered!.value);
  });
});
