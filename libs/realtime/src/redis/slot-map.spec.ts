import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redirectionOf, SlotMap } from './slot-map.js';

const ASKED = '10.0.0.9:7000';

describe('the map of slots', () => {
  it('knows which server has a slot, by what CLUSTER SLOTS says', () => {
    const map = new SlotMap();
    map.update(
      [
        [0, 99, ['10.0.0.1', 7_000, 'id', []], ['10.0.0.2', 7_000, 'replica']],
        [100, 100, ['::1', 7_001]],
        [101, 200, [null, 7_002]],
        [201, 300, ['', 7_003]],
        [301, 400, ['?', 7_004]],
      ],
      ASKED,
    );
    const owners = [0, 99, 100, 101, 201, 301, 401].map((slot) => map.ownerOf(slot));
    const expected = ['10.0.0.1:7000', '10.0.0.1:7000', '[::1]:7001', '10.0.0.9:7002', '10.0.0.9:7003'];
    expect(owners).toEqual([...expected, undefined, undefined]);
  });

  it('believes a server that sends it elsewhere, until it is told otherwise', () => {
    const map = new SlotMap();
    map.learn(5, '10.0.0.3:7000');
    expect(map.ownerOf(5)).toBe('10.0.0.3:7000');
    map.update([[0, 9, ['10.0.0.1', 7_000]]], ASKED);
    expect(map.ownerOf(5)).toBe('10.0.0.1:7000');
  });

  it('survives every reply', () => {
    const part = fc.oneof(fc.constantFrom(-1, 0, 16_383, 16_384, 1e308, NaN, 0.5, '7000'), fc.anything());
    const range = fc.oneof(fc.tuple(part, part, fc.oneof(fc.tuple(part, part), part)), part);
    fc.assert(
      fc.property(fc.oneof(fc.array(range), part), (reply) => {
        const map = new SlotMap();
        map.update(reply, ASKED);
        for (const slot of [0, 16_383]) expect(map.ownerOf(slot) ?? 'a:1').toMatch(/:\d+$/s);
      }),
    );
  });
});

describe('an answer that points elsewhere', () => {
  it.each([
    ['MOVED 3999 127.0.0.1:6381', { kind: 'moved', slot: 3_999, address: '127.0.0.1:6381' }],
    ['ASK 0 redis-2.local:6381', { kind: 'ask', slot: 0, address: 'redis-2.local:6381' }],
    ['MOVED 16383 ::1:6381', { kind: 'moved', slot: 16_383, address: '[::1]:6381' }],
    ['MOVED 1 :6381', { kind: 'moved', slot: 1, address: '10.0.0.9:6381' }],
    ['TRYAGAIN Multiple keys request during rehashing of slot', { kind: 'again' }],
    ['MOVED 16384 127.0.0.1:6381', null],
    ['MOVED 1 127.0.0.1:0', null],
    ['MOVED', null],
    ['ERR unknown command', null],
  ])('is understood: %s', (message, expected) => {
    expect(redirectionOf(new Error(message), ASKED)).toEqual(expected);
  });
});
