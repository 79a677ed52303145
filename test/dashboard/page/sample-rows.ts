// Which rows does a test put into the stream? Sample rows of every kind.
import type { StreamRow } from '../../../libs/dashboard/src/wire/feed.frames.js';

/** A row as a test writes it: without the properties that `row` adds. */
export type RowDraft = StreamRow extends infer Row
  ? Row extends StreamRow
    ? Omit<Row, 'id' | 'at' | 'story'> & { story?: number | null }
    : never
  : never;

let lastId = 0;

export function row(draft: RowDraft): StreamRow {
  return { story: null, ...draft, id: ++lastId, at: Date.now() };
}

/** The story of one article: the event, a bridge entry, two broadcasts. */
export function story(id: number, article = '42'): StreamRow[] {
  const name = 'ArticlePublishedEvent';
  return [
    row({ kind: 'event', story: id, name }),
    row({
      kind: 'bridge',
      story: id,
      name,
      template: 'articles',
      event: 'published',
      channels: ['articles', `articles.${article}`],
      error: null,
    }),
    row({ kind: 'broadcast', story: id, channel: 'articles', event: 'published', payloadBytes: 412, deliveries: 120 }),
    row({
      kind: 'broadcast',
      story: id,
      channel: `articles.${article}`,
      event: 'published',
      payloadBytes: 412,
      deliveries: 0,
    }),
  ];
}

/** Rows of every kind, and a story. */
export function someRows(): StreamRow[] {
  return [
    row({ kind: 'message', channel: 'rooms.7', message: 'say', userId: 'ann', code: null, durationMs: 3.25 }),
    row({
      kind: 'message',
      channel: 'rooms.7',
      message: 'say',
      userId: null,
      code: 'INVALID_PAYLOAD',
      durationMs: 0.4,
    }),
    row({
      kind: 'refusal',
      gate: 'subscribe',
      code: 'FORBIDDEN',
      reason: 'RoomMemberGuard: ann is no member of room 9',
      userId: 'ann',
      connectionId: 'c1',
      channel: 'rooms.9',
      message: null,
    }),
    row({
      kind: 'refusal',
      gate: 'connect',
      code: 'UNAUTHENTICATED',
      reason: 'no such session',
      userId: null,
      connectionId: null,
      channel: null,
      message: null,
    }),
    row({
      kind: 'refusal',
      gate: 'message',
      code: 'ROOM_LOCKED',
      reason: 'Refused.',
      userId: 'ann',
      connectionId: 'c1',
      channel: 'rooms.7',
      message: 'enter',
    }),
    row({
      kind: 'slow-consumer',
      connectionId: 'c2',
      userId: 'bob',
      channel: 'rooms.7',
      policy: 'disconnect',
      queuedBytes: 1_048_600,
    }),
    row({ kind: 'job', queue: 'mails', jobId: '17', state: 'failed', reason: 'SMTP said 550' }),
    row({ kind: 'action', userId: 'root', action: 'evict', target: 'bob', channel: 'rooms.7' }),
    ...story(1),
  ];
}
