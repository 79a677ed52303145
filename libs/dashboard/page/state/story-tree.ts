// Which row of a story resulted from which, and when did each begin? Bridge entries result from an event, broadcasts from a bridge entry, and all of it may result from a message.
import type { BridgeRow, BroadcastRow, StreamRow } from '../../src/wire/feed.frames.js';

export interface StoryStep {
  readonly row: StreamRow;
  /** When it began. A row is written at the end of what it is about, so what results from it may have an earlier row. */
  readonly at: number;
  /** The rows that result from it, oldest first. */
  readonly steps: readonly StoryStep[];
}

/** Rows are in the order of their ids: a broadcast may come before the bridge entry that caused it. */
export function storyTree(rows: readonly StreamRow[]): readonly StoryStep[] {
  const [message] = rows.filter(({ kind }) => kind === 'message');
  const others = rows.filter((row) => row !== message);
  const events = others.some(({ kind }) => kind === 'event') ? eventTree(others) : stepsOf(others);
  return message === undefined ? events : [stepOf(message, events)];
}

function eventTree(rows: readonly StreamRow[]): readonly StoryStep[] {
  const [event, ...others] = rows.filter(({ kind }) => kind === 'event');
  const below = stepsOf(rows.filter(({ kind }) => kind !== 'event'));
  return inOrder([stepOf(event, below), ...others.map((row) => stepOf(row, []))]);
}

/** Bridge entries with their broadcasts, and everything else beside them. */
function stepsOf(rows: readonly StreamRow[]): readonly StoryStep[] {
  const bridges = rows.filter((row) => row.kind === 'bridge');
  const caused = new Map<BridgeRow, StoryStep[]>(bridges.map((bridge) => [bridge, []]));
  const below: StoryStep[] = [];
  for (const row of rows) {
    const cause = row.kind === 'broadcast' ? bridges.find((bridge) => isCause(bridge, row)) : undefined;
    if (cause) caused.get(cause)!.push(stepOf(row, []));
    else if (row.kind !== 'bridge') below.push(stepOf(row, []));
  }
  return inOrder([...below, ...bridges.map((bridge) => stepOf(bridge, caused.get(bridge)!))]);
}

function stepOf(row: StreamRow, steps: readonly StoryStep[]): StoryStep {
  const begun = row.kind === 'message' ? row.at - row.durationMs : row.at;
  const at = steps.reduce((earliest, step) => Math.min(earliest, step.at), begun);
  return { row, at, steps: inOrder(steps) };
}

function inOrder(steps: readonly StoryStep[]): readonly StoryStep[] {
  return [...steps].sort((one, other) => one.at - other.at || one.row.id - other.row.id);
}

function isCause({ channels, event }: BridgeRow, broadcast: BroadcastRow): boolean {
  return event === broadcast.event && channels.includes(broadcast.channel);
}
