// Which row of a story resulted from which? The bridge entries from the event, the broadcasts from a bridge entry.
import type { BridgeRow, BroadcastRow, StreamRow } from '../../src/wire/feed.frames.js';

export interface StoryStep {
  readonly row: StreamRow;
  /** The rows that result from it, oldest first. */
  readonly steps: readonly StoryStep[];
}

/** Rows are in the order of their ids: a broadcast may come before the bridge entry that caused it. */
export function storyTree(rows: readonly StreamRow[]): readonly StoryStep[] {
  const bridges = rows.filter((row) => row.kind === 'bridge');
  const caused = new Map<BridgeRow, StoryStep[]>(bridges.map((bridge) => [bridge, []]));
  const below: StoryStep[] = [];
  for (const row of rows) {
    if (row.kind === 'event') continue;
    const cause = row.kind === 'broadcast' ? bridges.find((bridge) => isCause(bridge, row)) : undefined;
    if (cause) caused.get(cause)!.push({ row, steps: [] });
    else below.push({ row, steps: (row.kind === 'bridge' && caused.get(row)) || [] });
  }
  const [event, ...others] = rows.filter(({ kind }) => kind === 'event');
  if (event === undefined) return below;
  return [{ row: event, steps: below }, ...others.map((row) => ({ row, steps: [] }))];
}

function isCause({ channels, event }: BridgeRow, broadcast: BroadcastRow): boolean {
  return event === broadcast.event && channels.includes(broadcast.channel);
}
