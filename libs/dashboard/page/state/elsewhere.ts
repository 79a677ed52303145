// Which rows have come from another node, and how are they told apart from those of this one? By their node, and by numbers of their own.
import type { ElsewhereFrame, StreamRow } from '../../src/wire/feed.frames.js';

/** Most nodes whose rows are shown. */
const MOST_NODES = 1_000;
/** Most rows of one frame. */
const MOST_ROWS = 200;
const LONGEST = 4_096;
/** Rows of each node are numbered within a range of their own. */
const RANGE = 2 ** 40;

type Rule = (value: unknown) => boolean;

const text: Rule = (value) => typeof value === 'string' && value.length <= LONGEST;
const maybeText: Rule = (value) => value === null || text(value);
const amount: Rule = (value) => typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
const numeral: Rule = (value) => amount(value) && (value as number) < RANGE;
const texts: Rule = (value) => Array.isArray(value) && value.length <= 100 && value.every(text);
const oneOf =
  (...values: readonly unknown[]): Rule =>
  (value) =>
    values.includes(value);

/** What each kind has besides what every row has. */
const KINDS: Readonly<Record<StreamRow['kind'], Readonly<Record<string, Rule>>>> = {
  event: { name: text },
  bridge: { name: text, template: text, event: text, channels: texts, error: maybeText },
  broadcast: { channel: text, event: text, payloadBytes: amount, deliveries: amount },
  message: { channel: text, message: text, userId: maybeText, code: maybeText, durationMs: amount },
  refusal: {
    gate: oneOf('connect', 'subscribe', 'message', 'broadcast'),
    code: text,
    reason: text,
    userId: maybeText,
    connectionId: maybeText,
    channel: maybeText,
    message: maybeText,
  },
  'slow-consumer': {
    connectionId: text,
    userId: maybeText,
    channel: maybeText,
    policy: oneOf('disconnect', 'drop'),
    queuedBytes: amount,
  },
  job: { queue: text, jobId: text, state: text, reason: text },
  action: {
    userId: text,
    action: oneOf('disconnect', 'evict'),
    target: text,
    channel: maybeText,
  },
};

/** The nodes whose rows have come, in the order of their first. */
export type KnownNodes = readonly string[];

export interface RowsElsewhere {
  readonly rows: readonly StreamRow[];
  readonly skipped: number;
  readonly known: KnownNodes;
}

/**
 * The rows of a frame that can be read, with numbers that no other node has; null if the frame is none.
 *
 * Security note: every process with access to the engine of the broker can write the frame.
 */
export function rowsElsewhere(frame: unknown, known: KnownNodes): RowsElsewhere | null {
  if (!isRecord(frame)) return null;
  const { nodeId, rows, skipped } = frame as Partial<ElsewhereFrame>;
  if (!text(nodeId) || !Array.isArray(rows)) return null;
  const place = known.indexOf(nodeId!);
  if (place < 0 && known.length >= MOST_NODES) return null;
  const first = (place < 0 ? known.length + 1 : place + 1) * RANGE;
  const readable = (rows as unknown[]).slice(0, MOST_ROWS).filter(isRow);
  return {
    rows: readable.map((row) => ({
      ...row,
      id: first + row.id,
      story: row.story === null ? null : first + row.story,
      nodeId,
    })),
    skipped: amount(skipped) ? skipped! : 0,
    known: place < 0 ? [...known, nodeId!] : known,
  };
}

function isRow(row: unknown): row is StreamRow {
  if (!isRecord(row) || !numeral(row.id) || !amount(row.at) || !(row.story === null || numeral(row.story)))
    return false;
  if (row.payload !== undefined && !text(row.payload)) return false;
  const rules = typeof row.kind === 'string' && Object.hasOwn(KINDS, row.kind) ? KINDS[row.kind as 'event'] : null;
  return rules !== null && Object.entries(rules).every(([name, holds]) => holds(row[name]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
