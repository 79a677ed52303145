// Which data does a test show on the page? Sample snapshots and frames, with the parts that a test overrides.
import type {
  ChannelRow,
  ConnectionRow,
  DashboardFrame,
  DashboardSnapshot,
  StreamRow,
  Totals,
} from '../../../libs/dashboard/src/wire/feed.frames.js';
import { someRows } from './sample-rows.js';

export const TOTALS: Totals = {
  connections: 3,
  users: 2,
  subscriptions: 5,
  messagesPerSecond: 12.4,
  broadcastsPerSecond: 40,
  deliveriesPerSecond: 1_240,
  joinsPerSecond: 3,
  leavesPerSecond: 1.5,
  refusals: 2,
  slowConsumers: 1,
  queuedBytes: 15_300,
};

let connections = 0;

export function connection(more: Partial<ConnectionRow> = {}): ConnectionRow {
  return {
    connectionId: `c${++connections}`,
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
    members: null,
    broadcastsPerSecond: 4.5,
    messagesPerSecond: 0,
    sparkline: Array.from({ length: 60 }, (_, second) => (second * 7) % 11),
    ...more,
  };
}

const HANDLERS: DashboardSnapshot['handlers'] = [
  { template: 'rooms.{roomId}', message: 'say', count: 1_204, failures: 3, p50Ms: 1.2, p99Ms: 18.4 },
  { template: 'realtime-ping', message: 'message', count: 4, failures: 0, p50Ms: 0.3, p99Ms: 0.6 },
];

const QUEUES: DashboardSnapshot['queues'] = [
  { name: 'mails', state: 'up', waiting: 12, active: 2, completed: 4_203, failed: 1 },
  { name: 'thumbnails', state: 'down', waiting: 0, active: 0, completed: 0, failed: 0 },
];

export function snapshot(more: Partial<DashboardSnapshot> = {}): DashboardSnapshot {
  return {
    at: Date.now(),
    nodeId: 'node-1',
    payloads: 'hidden',
    totals: TOTALS,
    nodes: [
      {
        nodeId: 'node-1',
        figures: {
          state: 'accepting',
          fanOut: 'fast',
          broker: null,
          version: '0.1.0',
          connections: 3,
          users: 2,
          subscriptions: 5,
          deliveries: 91_204,
          uptimeSeconds: 93_784,
          rssBytes: 128_400_000,
          loopLagMs: 2.3,
        },
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
        channel('rooms.7', { subscribers: 31, members: 17, broadcastsPerSecond: 812.5 }),
        channel('notifications.ann', { subscribers: 1, sparkline: Array.from({ length: 60 }, () => 0) }),
      ],
      more: 0,
    },
    handlers: HANDLERS,
    queues: QUEUES,
    rows: someRows(),
    ...more,
  };
}

export function frame(rows: readonly StreamRow[] = [], more: Partial<DashboardFrame> = {}): DashboardFrame {
  return { at: Date.now(), totals: TOTALS, rows, skipped: 0, ...more };
}
