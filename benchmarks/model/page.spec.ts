// Are the figures and curves of the page those that the model predicts? `npm run model` writes them.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { CURVES } from './curves.js';
import { withTables } from './page.js';

const PAGE = readFileSync('docs/scale.md', 'utf8');

describe('docs/scale.md', () => {
  it('has the tables of the model', () => {
    expect(withTables(PAGE)).toBe(PAGE);
  });

  it.each(Object.entries(CURVES))('shows %s as the model draws it', async (name, draw) => {
    expect(PAGE).toContain(`](scale/${name})`);
    expect(readFileSync(`docs/scale/${name}`, 'utf8')).toBe(await draw());
  });

  it('has no other curves beside it', () => {
    expect(readdirSync('docs/scale').sort()).toEqual(Object.keys(CURVES).sort());
  });

  it('asks for no table that the model does not have, and lacks none', () => {
    expect(() => withTables('<!-- model: other -->\n<!-- /model -->')).toThrow('The model has no table "other".');
    expect(() => withTables('')).toThrow('The page lacks the tables: constants, sizes, applications, storms.');
  });
});
