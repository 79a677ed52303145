import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { crc16, partitionTags, slotOf } from './partitions.js';
import { RedisNames } from './redis-names.js';

const ranges = (masters: number): number[] =>
  Array.from({ length: masters + 1 }, (_, index) => Math.round((index * 16_384) / masters));

describe('partitions', () => {
  it.each([
    ['123456789', 0x31c3],
    ['', 0],
    ['ключ', crc16('ключ')],
  ])('have the CRC16 of Redis Cluster: %j', (text, crc) => {
    expect(crc16(text)).toBe(crc);
  });

  it.each([1, 3, 6, 8])('are spread evenly over %d masters', (masters) => {
    const bounds = ranges(masters);
    const held = Array.from({ length: masters }, (_, master) => {
      const slots = partitionTags(64).map(slotOf);
      return slots.filter((slot) => slot >= bounds[master] && slot < bounds[master + 1]).length;
    });
    expect(Math.max(...held) - Math.min(...held)).toBeLessThanOrEqual(2);
  });

  it.each([1, 2, 64, 1_000])('have one tag each, the same at every start: %d', (partitions) => {
    const tags = partitionTags(partitions);
    expect(new Set(tags).size).toBe(partitions);
    expect(tags).toEqual(partitionTags(partitions));
  });
});

describe('names in Redis', () => {
  const names = new RedisNames('rt', 64);
  const hashTag = (name: string): string => /\{([^}]*)\}/.exec(name)![1];

  it('of one channel lie in one slot, whatever the channel is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (channel, key) => {
        const all = [names.meta(channel), names.log(channel), names.topic(channel), names.idempotent(channel, key)];
        expect(new Set(all.map(hashTag)).size).toBe(1);
        expect(new Set(all).size).toBe(4);
      }),
    );
  });

  it('of two channels or two keys are never the same', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        fc.pre(one !== other);
        expect(names.meta(one)).not.toBe(names.meta(other));
        expect(names.idempotent('log.a', one)).not.toBe(names.idempotent('log.a', other));
      }),
    );
  });

  it('begin with the prefix, so that a rule of access can name them', () => {
    expect(new RedisNames('shop', 8).topic('orders.42')).toMatch(/^shop:\{\w+\}:t:orders\.42$/);
  });
});
