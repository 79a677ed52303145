// What does the page know? A snapshot, and what each frame since has made of it; nothing in it is ever changed in place.
import type {
  DashboardFrame,
  DashboardSnapshot,
  RefusalRow,
  SlowConsumerRow,
  StreamRow,
  Totals,
} from '../../src/wire/feed.frames.js';
import { keepNewest } from './keep-newest.js';
import { type RefusalTally, tallyRefusals } from './refusal-tally.js';
import { type Story, tellStory } from './story.js';

/** Rows of the stream that are kept; older ones are forgotten. */
export const KEPT_ROWS = 2_000;
/** Refusals and slow consumers are rarer than the stream's other rows, and are kept apart so that those do not drown them. */
export const KEPT_INCIDENTS = 200;
/** Points of the traffic chart: five minutes of four frames a second. */
export const KEPT_MOMENTS = 1_200;

/** The totals at one moment, for the chart. */
export interface Moment {
  readonly at: number;
  readonly messages: number;
  readonly broadcasts: number;
  readonly deliveries: number;
}

export interface DashboardState extends DashboardSnapshot {
  readonly moments: readonly Moment[];
  readonly refusals: readonly RefusalRow[];
  readonly refusalTally: RefusalTally;
  readonly slowConsumers: readonly SlowConsumerRow[];
  /** Rows that came too many at once to be shown, since the snapshot. */
  readonly skipped: number;
  /** The story that is being read; its rows stay when the stream forgets them. */
  readonly story: Story | null;
}

/** The answer to `open` replaces whatever was known; only the chart goes on. */
export function openState(snapshot: DashboardSnapshot, before: DashboardState | null): DashboardState {
  return {
    ...snapshot,
    moments: keepNewest(
      momentsBefore(before?.moments ?? [], snapshot.at),
      [momentOf(snapshot.at, snapshot.totals)],
      KEPT_MOMENTS,
    ),
    refusals: keepNewest([], snapshot.rows.filter(isRefusal), KEPT_INCIDENTS),
    refusalTally: tallyRefusals({}, snapshot.rows.filter(isRefusal)),
    slowConsumers: keepNewest([], snapshot.rows.filter(isSlowConsumer), KEPT_INCIDENTS),
    skipped: 0,
    story: null,
  };
}

/** What a frame leaves out stays the very same object, so that whoever shows it need not look again. */
export function applyFrame(state: DashboardState, frame: DashboardFrame): DashboardState {
  // Rows of a frame that was on its way while the snapshot was made are in the snapshot too.
  const newest = state.rows.at(-1)?.id ?? -1;
  const rows = frame.rows.filter(({ id }) => id > newest);
  const refusals = rows.filter(isRefusal);
  return {
    ...state,
    at: frame.at,
    totals: frame.totals,
    nodes: frame.nodes ?? state.nodes,
    connections: frame.connections ?? state.connections,
    channels: frame.channels ?? state.channels,
    handlers: frame.handlers ?? state.handlers,
    queues: frame.queues ?? state.queues,
    rows: keepNewest(state.rows, rows, KEPT_ROWS),
    moments: keepNewest(momentsBefore(state.moments, frame.at), [momentOf(frame.at, frame.totals)], KEPT_MOMENTS),
    refusals: keepNewest(state.refusals, refusals, KEPT_INCIDENTS),
    refusalTally: tallyRefusals(state.refusalTally, refusals),
    slowConsumers: keepNewest(state.slowConsumers, rows.filter(isSlowConsumer), KEPT_INCIDENTS),
    skipped: state.skipped + frame.skipped,
    story: state.story && tellStory(state.story, rows),
  };
}

/** A clock that is set back takes with it what it says has not been yet. */
function momentsBefore(moments: readonly Moment[], at: number): readonly Moment[] {
  const last = moments.at(-1);
  return last === undefined || last.at < at ? moments : moments.filter((moment) => moment.at < at);
}

function momentOf(at: number, totals: Totals): Moment {
  const { messagesPerSecond, broadcastsPerSecond, deliveriesPerSecond } = totals;
  return { at, messages: messagesPerSecond, broadcasts: broadcastsPerSecond, deliveries: deliveriesPerSecond };
}

function isRefusal(row: StreamRow): row is RefusalRow {
  return row.kind === 'refusal';
}

function isSlowConsumer(row: StreamRow): row is SlowConsumerRow {
  return row.kind === 'slow-consumer';
}
