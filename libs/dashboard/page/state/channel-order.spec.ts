import { describe, expect, it } from '@jest/globals';
import { channel } from '../../../../test/dashboard/page/sample-feed.js';
import { type ChannelOrder, sortChannels } from './channel-order.js';

const ROWS = [
  channel('b', { subscribers: 1, members: 9, sparkline: [0, 1] }),
  channel('a', { subscribers: 2, members: null, sparkline: [3] }),
  channel('d', { subscribers: 2, members: 0, sparkline: [2, 2] }),
  channel('c', { subscribers: 7, members: 9, sparkline: [0] }),
];
const sorted = (order: ChannelOrder): string =>
  sortChannels(ROWS, order)
    .map((row) => row.channel)
    .join('');

describe('the order of channels', () => {
  it('is by figure, and by name where figures are equal', () => {
    expect(sorted('name')).toBe('abcd');
    expect(sorted('subscribers')).toBe('cadb');
    expect(sorted('broadcasts')).toBe('dabc');
  });

  it('has channels without presence after those without members', () => {
    expect(sorted('members')).toBe('bcda');
  });
});
