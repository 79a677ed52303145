// Which data does the page show? The last snapshot with every later frame applied. States are immutable.
import type {
  DashboardFrame,
  DashboardSnapshot,
  RefusalRow,
  SlowConsumerRow,
  StreamRow,
  Totals,
} from '../../src/wire/feed.frames.js';
import { type KnownNodes, rowsElsewhere } from './elsewhere.js';
import { keepNewest } from './keep-newest.js';
import { type RefusalTally, tallyRefusals } from './refusal-tally.js';
import { extendStory, type Story } from './story.js';

/** Most rows of the stream that are kept. */
export const KEPT_ROWS = 2_000;
/** Most refusals, and most slow consumers, that are kept: separately, so that frequent rows do not displace them. */
export const KEPT_INCIDENTS = 200;
/** Most points of the traffic chart: five minutes at four frames a second. */
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
  /** When the first row that the page knows was made, or the page was opened: what is counted begins there. */
  readonly from: number;
  /** Number of this node's newest row. */
  readonly newestId: number;
  /** The other nodes whose rows are among `rows`. */
  readonly known: KnownNodes;
  readonly refusals: readonly RefusalRow[];
  readonly refusalTally: RefusalTally;
  readonly slowConsumers: readonly SlowConsumerRow[];
  /** Rows since the snapshot that the server left out because there were too many at once. */
  readonly skipped: number;
  /** The story that is open. It keeps its rows after the stream has dropped them. */
  readonly story: Story | null;
}

/** The reply to `open` replaces all data; only the chart continues. */
export function openState(snapshot: DashboardSnapshot, before: DashboardState | null): DashboardState {
  return {
    ...snapshot,
    from: Math.min(snapshot.rows[0]?.at ?? snapshot.at, snapshot.at),
    newestId: snapshot.rows.at(-1)?.id ?? -1,
    known: [],
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

/** What a frame leaves out stays the same object, so that its panel does not render again. */
export function applyFrame(state: DashboardState, frame: DashboardFrame): DashboardState {
  // A frame that was under way when the snapshot was made has rows that are in the snapshot too.
  const rows = frame.rows.filter(({ id }) => id > state.newestId);
  return {
    ...withRows(state, rows),
    newestId: rows.at(-1)?.id ?? state.newestId,
    at: frame.at,
    totals: frame.totals,
    nodes: frame.nodes ?? state.nodes,
    connections: frame.connections ?? state.connections,
    channels: frame.channels ?? state.channels,
    handlers: frame.handlers ?? state.handlers,
    queues: frame.queues ?? state.queues,
    moments: keepNewest(momentsBefore(state.moments, frame.at), [momentOf(frame.at, frame.totals)], KEPT_MOMENTS),
    skipped: state.skipped + frame.skipped,
  };
}

/** What has happened on another node. A frame that cannot be read changes nothing. */
export function applyElsewhere(state: DashboardState, frame: unknown): DashboardState {
  const read = rowsElsewhere(frame, state.known);
  if (read === null) return state;
  return { ...withRows(state, read.rows), known: read.known, skipped: state.skipped + read.skipped };
}

function withRows(state: DashboardState, rows: readonly StreamRow[]): DashboardState {
  const refusals = rows.filter(isRefusal);
  return {
    ...state,
    rows: keepNewest(state.rows, rows, KEPT_ROWS),
    refusals: keepNewest(state.refusals, refusals, KEPT_INCIDENTS),
    refusalTally: tallyRefusals(state.refusalTally, refusals),
    slowConsumers: keepNewest(state.slowConsumers, rows.filter(isSlowConsumer), KEPT_INCIDENTS),
    story: state.story && extendStory(state.story, rows),
  };
}

/** Drops the moments that are in the future after the clock was set back. */
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
