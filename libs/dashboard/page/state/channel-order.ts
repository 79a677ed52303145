// In which order are channels listed?
import type { ChannelRow } from '../../src/wire/feed.frames.js';

export type ChannelOrder = 'name' | 'subscribers' | 'members' | 'broadcasts';

export const CHANNEL_ORDERS: readonly { readonly order: ChannelOrder; readonly title: string }[] = [
  { order: 'name', title: 'by name' },
  { order: 'subscribers', title: 'most subscribers' },
  { order: 'members', title: 'most members' },
  { order: 'broadcasts', title: 'most broadcasts' },
];

/** Channels with equal figures are sorted by name, so that rows keep their places. */
export function sortChannels(rows: readonly ChannelRow[], order: ChannelOrder): ChannelRow[] {
  return [...rows].sort((a, b) => weight(b, order) - weight(a, order) || (a.channel < b.channel ? -1 : 1));
}

function weight({ subscribers, members, sparkline }: ChannelRow, order: ChannelOrder): number {
  if (order === 'name') return 0;
  if (order === 'members') return members ?? -1;
  // Of the whole minute: by the last second alone, rows would change places all the time.
  return order === 'subscribers' ? subscribers : sparkline.reduce((total, each) => total + each, 0);
}
