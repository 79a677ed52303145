// Which clients are connected? Connections that only watch the dashboard are left out.
import type { RealtimeConnection, RealtimeHooks } from 'nestjs-realtime';
import type { ConnectionRow, Listing } from '../wire/feed.frames.js';
import { isOwnChannel, isOwnConnection } from '../own-traffic.js';
import { cutKey, cutName } from '../rows/cut.js';
import { listingOf, MOST_ROWS } from '../rows/listing.js';

/** Most channels, and most roles, that a row lists. */
const NAMED = 20;

export interface ConnectionCounts {
  readonly connections: number;
  readonly users: number;
  readonly subscriptions: number;
}

export class ConnectionsCollector {
  /** Each open connection with its time of connecting. The map is bounded by the connections that the layer holds. */
  private readonly open = new Map<RealtimeConnection, number>();
  private subscriptions = 0;

  constructor(hooks: RealtimeHooks) {
    hooks.on('connected', ({ connection }) => void this.open.set(connection, Date.now()));
    hooks.on('disconnected', ({ connection }) => void this.open.delete(connection));
    hooks.on('subscribed', ({ channel }) => void (this.subscriptions += isOwnChannel(channel.name) ? 0 : 1));
    hooks.on('unsubscribed', ({ channel }) => void (this.subscriptions -= isOwnChannel(channel.name) ? 0 : 1));
  }

  /** Visits every connection: call it at most once a second. */
  counts(): ConnectionCounts {
    const users = new Set<string>();
    let connections = 0;
    for (const connection of this.open.keys()) {
      if (isOwnConnection(connection)) continue;
      connections++;
      if (connection.user !== null) users.add(connection.user.userId);
    }
    return { connections, users: users.size, subscriptions: this.subscriptions };
  }

  /** Newest first. */
  listing(total: number): Listing<ConnectionRow> {
    const rows: ConnectionRow[] = [];
    for (const [connection, since] of [...this.open].reverse()) {
      if (rows.length === MOST_ROWS) break;
      if (!isOwnConnection(connection)) rows.push(rowOf(connection, since));
    }
    return listingOf(rows, total);
  }
}

function rowOf(connection: RealtimeConnection, since: number): ConnectionRow {
  const { connectionId, user, handshake } = connection;
  const channels = [...connection.channels.keys()].slice(0, NAMED).map(cutKey);
  return {
    id: cutName(connectionId),
    userId: user && cutKey(user.userId),
    roles: (user?.roles ?? []).slice(0, NAMED).map(cutName),
    address: cutName(handshake.address),
    userAgent: cutName(handshake.headers['user-agent'] ?? ''),
    since,
    channels,
  };
}
