import { describe, expect, it } from '@jest/globals';
import { payloadMatches } from './payload-match.js';

describe('a payload', () => {
  it.each<[unknown, unknown]>([
    [1, 1],
    [null, null],
    ['a', 'a'],
    [{ a: 1, b: { c: 2, d: 3 } }, { b: { c: 2 } }],
    [{ a: 1 }, {}],
    [{ a: 1 }, { b: undefined }],
    [{ list: [{ a: 1, b: 2 }, 3] }, { list: [{ a: 1 }, 3] }],
    [[], []],
    ['1970-01-01T00:00:00.000Z', new Date(0)],
    [{ at: '1970-01-01T00:00:00.000Z' }, { at: new Date(0) }],
    [{ id: 'abc' }, { id: expect.stringMatching(/^a/) }],
    ['abc', expect.any(String)],
    [JSON.parse('{"__proto__":1,"a":2}'), JSON.parse('{"__proto__":1}')],
  ])('%j matches %j', (payload, expected) => {
    expect(payloadMatches(payload, expected)).toBe(true);
  });

  it.each<[unknown, unknown]>([
    [1, 2],
    [1, '1'],
    [null, {}],
    [{}, null],
    ['a', {}],
    ['a', ['a']],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: 1 }, { a: undefined }],
    [{ a: null }, { a: undefined }],
    [{}, { toString: expect.any(Function) }],
    [[1, 2], [1]],
    [[1], [1, 2]],
    [[], {}],
    [{}, []],
    [{ list: [2, 1] }, { list: [1, 2] }],
    ['1970-01-01T00:00:00.000Z', new Date(1)],
    ['abc', expect.any(Number)],
  ])('%j does not match %j', (payload, expected) => {
    expect(payloadMatches(payload, expected)).toBe(false);
  });
});
