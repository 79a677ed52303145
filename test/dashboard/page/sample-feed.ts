// What does a dashboard have to show? Made up, and as much of it as a test asks for.
import type {
  ChannelRow,
  ConnectionRow,
  DashboardFrame,
  DashboardSnapshot,
  StreamRow,
  Totals,
} from '../../../libs/dashboard/src/feed/feed.frames.js';

export const TOTALS: Totals = {
  connections: 3,
  users: 2,
  subscriptions: 5,
  messagesPerSecond: 12.4,
  broadcastsPerSecond: 40,
  deliveriesPerSecond: 1_240,
  refusals: 2,
  slowConsumers: 1,
  queuedBytes: 15_300,
};

/** A row as a test writes it: whatever its kind has, without what every row has. */
export type RowDraft = StreamRow extends infer Row
  ? Row extends StreamRow
    ? Omit<Row, 'id' | 'at' | 'story'> & { story?: number | null }
    : never
  : never;

let lastId = 0;

export function row(draft: RowDraft): StreamRow {
  return { story: null, ...draft, id: ++lastId, at: Date.now() };
}

export function connection(more: Partial<ConnectionRow> = {}): ConnectionRow {
  return {
    id: `c${++lastId}`,
    userId: 'ann',
    roles: ['editor'],
    address: '10.0.0.7',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    since: Date.now() - 90_000,
    channels: ['articles', 'notifications.ann'],
    ...more,
  };
}

export function channel(name: string, more: Partial<ChannelRow> = {}): ChannelRow {
  return {
    channel: name,
    template: name.replace(/\.\w+$/, '.{id}'),
    subscribers: 2,
    broadcastsPerSecond: 4.5,
    messagesPerSecond: 0,
    sparkline: Array.from({ length: 60 }, (_, second) => (second * 7) % 11),
    ...more,
  };
}

/** One article's way: the event, the bridge, two broadcasts. */
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
    row({ kind: 'broadcast', story: id, channel: 'articles', event: 'published', bytes: 412, deliveries: 120 }),
    row({
      kind: 'broadcast',
      story: id,
      channel: `articles.${article}`,
      event: 'published',
      bytes: 412,
      deliveries: 0,
    }),
  ];
}

/** One row of each kind, and a story. */
export function someRows(): StreamRow[] {
  return [
    row({ kind: 'message', channel: 'rooms.7', event: 'say', userId: 'ann', code: null, milliseconds: 3.25 }),
    row({
      kind: 'message',
      channel: 'rooms.7',
      event: 'say',
      userId: null,
      code: 'INVALID_PAYLOAD',
      milliseconds: 0.4,
    }),
    row({
      kind: 'refusal',
      gate: 'subscribe',
      code: 'FORBIDDEN',
      reason: 'RoomMemberGuard: ann is no member of room 9',
      userId: 'ann',
      connectionId: 'c1',
      channel: 'rooms.9',
      event: null,
    }),
    row({
      kind: 'refusal',
      gate: 'connect',
      code: 'UNAUTHENTICATED',
      reason: 'no such session',
      userId: null,
      connectionId: null,
      channel: null,
      event: null,
    }),
    row({ kind: 'slow-consumer', connectionId: 'c2', userId: 'bob', channel: 'rooms.7', policy: 'disconnect' }),
    row({ kind: 'job', queue: 'mails', jobId: '17', state: 'failed', reason: 'SMTP said 550' }),
    row({ kind: 'action', userId: 'root', action: 'evict', target: 'bob', channel: 'rooms.7' }),
    ...story(1),
  ];
}

export function snapshot(more: Partial<DashboardSnapshot> = {}): DashboardSnapshot {
  return {
    at: Date.now(),
    payloads: 'hidden',
    totals: TOTALS,
    nodes: [
      {
        id: 'node-1',
        state: 'accepting',
        fanOut: 'fast',
        connections: 3,
        uptimeSeconds: 93_784,
        rssBytes: 128_400_000,
        loopLagMs: 2.3,
      },
    ],
    connections: {
      rows: [
        connection(),
        connection({ userId: 'bob', roles: [], channels: ['rooms.1', 'rooms.2', 'rooms.3', 'rooms.4', 'rooms.7'] }),
        connection({ userId: null, roles: [], channels: [], userAgent: '' }),
      ],
      more: 0,
    },
    channels: {
      rows: [
        channel('articles', { template: 'articles' }),
        channel('rooms.7', { subscribers: 31, broadcastsPerSecond: 812.5 }),
        channel('notifications.ann', { subscribers: 1, sparkline: Array.from({ length: 60 }, () => 0) }),
      ],
      more: 0,
    },
    handlers: [
      { template: 'rooms.{roomId}', message: 'say', count: 1_204, failures: 3, p50: 1.2, p99: 18.4 },
      { template: 'realtime-ping', message: 'message', count: 4, failures: 0, p50: 0.3, p99: 0.6 },
    ],
    queues: [
      { name: 'mails', state: 'up', waiting: 12, active: 2, completed: 4_203, failed: 1 },
      { name: 'thumbnails', state: 'down', waiting: 0, active: 0, completed: 0, failed: 0 },
    ],
    rows: someRows(),
    ...more,
  };
}

export function frame(rows: readonly StreamRow[] = [], more: Partial<DashboardFrame> = {}): DashboardFrame {
  return { at: Date.now(), totals: TOTALS, rows, skipped: 0, ...more };
}
