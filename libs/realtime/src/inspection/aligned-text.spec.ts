import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aligned } from './aligned-text.js';

const cell = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 12 }));

describe('an aligned table', () => {
  it('begins each column where its widest cell allows', () => {
    expect(
      aligned([
        ['A', 'LONG', 'C'],
        ['longest', 'b', ''],
        ['', 'b'],
      ]),
    ).toEqual(['A        LONG  C', 'longest  b', '         b']);
  });

  it('indents each line', () => {
    expect(aligned([['a'], ['b', 'c']], '  ')).toEqual(['  a', '  b  c']);
    expect(aligned([])).toEqual([]);
  });

  it('has one line for each row, whatever the cells hold, and nothing that a terminal could act on', () => {
    fc.assert(
      fc.property(fc.array(fc.array(cell, { maxLength: 4 })), (rows) => {
        const lines = aligned(rows);
        expect(lines).toHaveLength(rows.length);
        for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|\s$/u);
      }),
    );
  });

  it('begins the last of equally many columns at the same place in each row', () => {
    const word = fc.stringMatching(/^[a-z]{1,9}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { minLength: 1 }), (rows) => {
        const starts = aligned(rows.map(([one, two]) => [one, two, '|'])).map((line) => line.indexOf('|'));
        expect(new Set(starts).size).toBe(1);
      }),
    );
  });
});
