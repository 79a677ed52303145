import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { shownJson } from './shown-json.js';

const LONG = 'x'.repeat(120);

describe('a payload', () => {
  it('has a line for each key, unless it is short', () => {
    expect(shownJson(`{"title":"${LONG}","tags":[]}`)).toBe(`{\n  "title": "${LONG}",\n  "tags": []\n}`);
    expect(shownJson('{"title":"Rain","tags":[]}')).toBe('{"title":"Rain","tags":[]}');
  });

  it('stays as it is where the server has cut it', () => {
    expect(shownJson(`{"title":"${LONG}…`)).toBe(`{"title":"${LONG}…`);
  });

  it('means the same as before', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(JSON.parse(shownJson(json))).toEqual(JSON.parse(json));
      }),
    );
  });
});
