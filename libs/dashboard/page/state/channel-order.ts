// In which order do channels stand?
import type { ChannelRow } from '../../src/wire/feed.frames.js';

export type ChannelOrder = 'name' | 'subscribers' | 'broadcasts';

export const CHANNEL_ORDERS: readonly { readonly order: ChannelOrder; readonly title: string }[] = [
  { order: 'name', title: 'by name' },
  { order: 'subscribers', title: 'most subscribers' },
  { order: 'broadcasts', title: 'most broadcasts' },
];

/** Where the figures are equal the names decide, so that rows do not change places for nothing. */
export function sortChannels(rows: readonly ChannelRow[], order: ChannelOrder): ChannelRow[] {
  return [...rows].sort((a, b) => weight(b, order) - weight(a, order) || (a.channel < b.channel ? -1 : 1));
}

function weight({ subscribers, sparkline }: ChannelRow, order: ChannelOrder): number {
  if (order === 'name') return 0;
  // Over the minute: the last second alone would make the rows dance.
  return order === 'subscribers' ? subscribers : sparkline.reduce((total, each) => total + each, 0);
}
