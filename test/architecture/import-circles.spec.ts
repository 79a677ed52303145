import { describe, expect, it } from '@jest/globals';
import { importCircles } from './import-circles.js';

describe('circles of imports', () => {
  it('are found with every file on them', () => {
    const files = [
      { path: 'a.ts', imports: ['b', 'zod'] },
      { path: 'b.tsx', imports: ['c', 'd'] },
      { path: 'c.ts', imports: ['b'] },
      { path: 'd.ts', imports: ['d'] },
    ];
    expect(importCircles(files)).toEqual(['b → c → b', 'd → d']);
  });

  it('are not seen where two files import the same third', () => {
    const files = [
      { path: 'a.ts', imports: ['b', 'c'] },
      { path: 'b.ts', imports: ['c'] },
      { path: 'c.ts', imports: [] },
    ];
    expect(importCircles(files)).toEqual([]);
  });
});
