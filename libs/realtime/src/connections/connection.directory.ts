// Which connections does this node have? By user and by session, for revocation and limits.
import { Injectable } from '@nestjs/common';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import type { LiveConnection } from './live.connection.js';
import type { Party } from './party.js';

/** Every connection that has passed gate 1 and has not ended. */
@Injectable()
export class ConnectionDirectory {
  private readonly connections = new Map<string, LiveConnection>();
  private readonly byUser = new Map<string, Set<LiveConnection>>();
  private readonly bySession = new Map<string, Set<LiveConnection>>();

  private readonly userWatchers: ((connection: LiveConnection, before: RealtimeUser | null) => void)[] = [];

  /** Calls `watcher` whenever the user of a connection has been replaced. It must not throw. */
  watchUsers(watcher: (connection: LiveConnection, before: RealtimeUser | null) => void): void {
    this.userWatchers.push(watcher);
  }

  get size(): number {
    return this.connections.size;
  }

  /** Users with a connection. */
  get users(): number {
    return this.byUser.size;
  }

  /** Sessions with a connection. */
  get sessions(): number {
    return this.bySession.size;
  }

  add(connection: LiveConnection): void {
    this.connections.set(connection.id, connection);
    this.index(connection, connection.user);
  }

  remove(connection: LiveConnection): void {
    if (this.connections.delete(connection.id)) this.unindex(connection, connection.user);
  }

  /** Replaces the user of a connection. */
  setUser(connection: LiveConnection, user: RealtimeUser | null): void {
    const known = this.connections.get(connection.id) === connection;
    const { user: before } = connection;
    connection.user = user;
    if (known) {
      // A renewed user keeps the place of the connection in their order: the oldest is the first to be closed.
      move(this.byUser, connection, before?.userId, user?.userId);
      move(this.bySession, connection, before?.sessionId, user?.sessionId);
    }
    for (const watcher of this.userWatchers) watcher(connection, before);
  }

  /** A snapshot: the caller may close connections while it iterates. */
  all(): LiveConnection[] {
    return [...this.connections.values()];
  }

  /** A snapshot, as `all()`. */
  of({ userId, sessionId, connectionId }: Party): LiveConnection[] {
    if (userId !== undefined) return this.ofUser(userId);
    if (sessionId !== undefined) return this.ofSession(sessionId);
    const connection = this.connections.get(connectionId);
    return connection === undefined ? [] : [connection];
  }

  ofUser(userId: string): LiveConnection[] {
    return [...(this.byUser.get(userId) ?? [])];
  }

  countOfUser(userId: string): number {
    return this.byUser.get(userId)?.size ?? 0;
  }

  ofSession(sessionId: string): LiveConnection[] {
    return [...(this.bySession.get(sessionId) ?? [])];
  }

  private index(connection: LiveConnection, user: RealtimeUser | null): void {
    if (user === null) return;
    put(this.byUser, user.userId, connection);
    if (user.sessionId !== undefined) put(this.bySession, user.sessionId, connection);
  }

  private unindex(connection: LiveConnection, user: RealtimeUser | null): void {
    if (user === null) return;
    drop(this.byUser, user.userId, connection);
    if (user.sessionId !== undefined) drop(this.bySession, user.sessionId, connection);
  }
}

function put(index: Map<string, Set<LiveConnection>>, key: string, connection: LiveConnection): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, new Set([connection]));
  else known.add(connection);
}

function move(
  index: Map<string, Set<LiveConnection>>,
  connection: LiveConnection,
  before: string | undefined,
  after: string | undefined,
): void {
  if (before === after) return;
  if (before !== undefined) drop(index, before, connection);
  if (after !== undefined) put(index, after, connection);
}

function drop(index: Map<string, Set<LiveConnection>>, key: string, connection: LiveConnection): void {
  const known = index.get(key);
  if (known?.delete(connection) && known.size === 0) index.delete(key);
}
