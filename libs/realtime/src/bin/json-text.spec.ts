import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonText } from './json-text.js';

describe('an answer as JSON', () => {
  it('is what was answered, and holds nothing that a terminal could act on', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = jsonText(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });

  it('escapes what JSON leaves as it is: C1, text directions, line separators, signs of two units', () => {
    expect(jsonText('\u009b\u202e\u2028\u{e0001}')).toBe('"\\u009b\\u202e\\u2028\\udb40\\udc01"\n');
  });

  it('is indented', () => {
    expect(jsonText({ a: [1] })).toBe('{\n  "a": [\n    1\n  ]\n}\n');
  });
});
