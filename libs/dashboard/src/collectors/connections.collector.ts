// Which clients are connected? Connections that only watch the dashboard are left out.
import type { ChannelAddress, RealtimeConnection, RealtimeHooks } from 'nestjs-realtime';
import type { ConnectionRow, Listing } from '../wire/feed.frames.js';
import { isOwnChannel } from '../own-traffic.js';
import { cutKey, cutName } from '../rows/cut.js';
import { listingOf, MOST_ROWS } from '../rows/listing.js';

/** Most channels, and most roles, that a row lists. */
const NAMED = 20;

export interface ConnectionCounts {
  readonly connections: number;
  readonly users: number;
  readonly subscriptions: number;
}

/** What is known of an open connection. Its subscriptions are counted, because to read `channels` makes a map of them all. */
interface Standing {
  readonly since: number;
  /** Subscriptions to channels of the dashboard. */
  watched: number;
  /** Subscriptions to other channels. */
  used: number;
}

export class ConnectionsCollector {
  /** Each open connection. The map is bounded by the connections that the layer holds. */
  private readonly open = new Map<RealtimeConnection, Standing>();
  private subscriptions = 0;

  constructor(hooks: RealtimeHooks) {
    hooks.on('connected', ({ connection }) => {
      this.open.set(connection, { since: Date.now(), watched: 0, used: 0 });
    });
    hooks.on('disconnected', ({ connection }) => void this.open.delete(connection));
    hooks.on('subscribed', ({ connection, channel }) => this.count(connection, channel, 1));
    hooks.on('unsubscribed', ({ connection, channel }) => this.count(connection, channel, -1));
  }

  /** Whether a connection only watches the dashboard: it is subscribed to the dashboard's channels and to no others. */
  isOwn(connection: RealtimeConnection): boolean {
    const standing = this.open.get(connection);
    return standing !== undefined && isWatchingOnly(standing);
  }

  /** Visits every connection: call it at most once a second. */
  counts(): ConnectionCounts {
    const users = new Set<string>();
    let connections = 0;
    for (const [connection, standing] of this.open) {
      if (isWatchingOnly(standing)) continue;
      connections++;
      if (connection.user !== null) users.add(connection.user.userId);
    }
    return { connections, users: users.size, subscriptions: this.subscriptions };
  }

  /** Newest first. */
  listing(total: number): Listing<ConnectionRow> {
    const rows: ConnectionRow[] = [];
    for (const [connection, standing] of [...this.open].reverse()) {
      if (rows.length === MOST_ROWS) break;
      if (!isWatchingOnly(standing)) rows.push(rowOf(connection, standing.since));
    }
    return listingOf(rows, total);
  }

  private count(connection: RealtimeConnection, { name }: ChannelAddress, by: 1 | -1): void {
    const isOwn = isOwnChannel(name);
    if (!isOwn) this.subscriptions += by;
    const standing = this.open.get(connection);
    if (standing !== undefined) standing[isOwn ? 'watched' : 'used'] += by;
  }
}

function isWatchingOnly({ watched, used }: Standing): boolean {
  return watched > 0 && used === 0;
}

function rowOf(connection: RealtimeConnection, since: number): ConnectionRow {
  const { connectionId, user, handshake } = connection;
  const channels = [...connection.channels.keys()].slice(0, NAMED).map(cutKey);
  return {
    connectionId: cutName(connectionId),
    userId: user && cutKey(user.userId),
    roles: (user?.roles ?? []).slice(0, NAMED).map(cutName),
    address: cutName(handshake.address),
    userAgent: cutName(handshake.headers['user-agent'] ?? ''),
    since,
    channels,
  };
}
