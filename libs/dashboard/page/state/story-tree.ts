// What came of what, within one story? The event, below it what the bridge made of it, and below that the broadcasts.
import type { BridgeRow, BroadcastRow, StreamRow } from '../../src/wire/feed.frames.js';

export interface StoryStep {
  readonly row: StreamRow;
  /** What came of it, oldest first. */
  readonly steps: readonly StoryStep[];
}

/** Rows come in the order in which they were noticed: a broadcast may be noticed before the bridge entry that has made it. */
export function storyTree(rows: readonly StreamRow[]): readonly StoryStep[] {
  const bridges = rows.filter((row) => row.kind === 'bridge');
  const made = new Map<BridgeRow, StoryStep[]>(bridges.map((bridge) => [bridge, []]));
  const below: StoryStep[] = [];
  for (const row of rows) {
    if (row.kind === 'event') continue;
    const maker = row.kind === 'broadcast' ? bridges.find((bridge) => isMaker(bridge, row)) : undefined;
    if (maker) made.get(maker)!.push({ row, steps: [] });
    else below.push({ row, steps: (row.kind === 'bridge' && made.get(row)) || [] });
  }
  const [event, ...others] = rows.filter(({ kind }) => kind === 'event');
  if (event === undefined) return below;
  return [{ row: event, steps: below }, ...others.map((row) => ({ row, steps: [] }))];
}

function isMaker({ channels, event }: BridgeRow, broadcast: BroadcastRow): boolean {
  return event === broadcast.event && channels.includes(broadcast.channel);
}
