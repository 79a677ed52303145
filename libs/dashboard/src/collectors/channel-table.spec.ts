import { describe, expect, it } from '@jest/globals';
import { type ChannelActivity, ChannelTable, MOST_CHANNELS } from './channel-table.js';

const joins = (activity: ChannelActivity): void => void activity.subscribers++;
const broadcasts = (activity: ChannelActivity): void => activity.broadcasts.add(0);

describe('the channel table', () => {
  it('keeps a channel with subscribers while 50,000 channels without subscribers pass by', () => {
    const table = new ChannelTable();
    table.touch('news', 'news', null, joins);
    for (let n = 0; n < 50_000; n++) table.touch(`junk.${n}`, 'junk.{n}', null, broadcasts);
    expect(table.has('news')).toBe(true);
    expect(table.joinedCount + table.passingCount).toBe(MOST_CHANNELS);
    expect(table.has('junk.49999')).toBe(true);
  });

  it('forgets the least recently active channel when all have subscribers', () => {
    const table = new ChannelTable();
    for (let n = 0; n < MOST_CHANNELS; n++) table.touch(`c.${n}`, 'c.{n}', null, joins);
    table.touch('c.0', 'c.{n}', null, broadcasts);
    table.touch('new', 'new', null, joins);
    expect(['c.0', 'c.1', 'new'].map((name) => table.has(name))).toEqual([true, false, true]);
    table.touch('empty', 'empty', null, broadcasts);
    expect(table.has('empty')).toBe(false);
    expect(table.joinedCount).toBe(MOST_CHANNELS);
  });

  it('forgets a channel without subscribers a minute after its last traffic', () => {
    const table = new ChannelTable();
    table.touch('c', 'c', null, broadcasts);
    expect(table.active(59_000)).toHaveLength(1);
    expect(table.active(61_000)).toHaveLength(0);
    expect(table.has('c')).toBe(false);
  });
});
