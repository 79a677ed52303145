// Which connections does this node have? By user and by session, for revocation and limits.
import { Injectable } from '@nestjs/common';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import type { RealtimeConnection } from './realtime.connection.js';

/** Every connection that has passed gate 1 and has not ended. */
@Injectable()
export class ConnectionDirectory {
  private readonly connections = new Set<RealtimeConnection>();
  private readonly byUser = new Map<string, Set<RealtimeConnection>>();
  private readonly bySession = new Map<string, Set<RealtimeConnection>>();

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

  add(connection: RealtimeConnection): void {
    this.connections.add(connection);
    this.index(connection, connection.user);
  }

  remove(connection: RealtimeConnection): void {
    if (this.connections.delete(connection)) this.unindex(connection, connection.user);
  }

  /** Replaces the user of a connection. */
  setUser(connection: RealtimeConnection, user: RealtimeUser | null): void {
    const known = this.connections.has(connection);
    if (known) this.unindex(connection, connection.user);
    connection.user = user;
    if (known) this.index(connection, user);
  }

  /** A snapshot: the caller may close connections while it iterates. */
  all(): RealtimeConnection[] {
    return [...this.connections];
  }

  ofUser(userId: string): RealtimeConnection[] {
    return [...(this.byUser.get(userId) ?? [])];
  }

  countOfUser(userId: string): number {
    return this.byUser.get(userId)?.size ?? 0;
  }

  ofSession(sessionId: string): RealtimeConnection[] {
    return [...(this.bySession.get(sessionId) ?? [])];
  }

  private index(connection: RealtimeConnection, user: RealtimeUser | null): void {
    if (user === null) return;
    put(this.byUser, user.userId, connection);
    if (user.sessionId !== undefined) put(this.bySession, user.sessionId, connection);
  }

  private unindex(connection: RealtimeConnection, user: RealtimeUser | null): void {
    if (user === null) return;
    drop(this.byUser, user.userId, connection);
    if (user.sessionId !== undefined) drop(this.bySession, user.sessionId, connection);
  }
}

function put(index: Map<string, Set<RealtimeConnection>>, key: string, connection: RealtimeConnection): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, new Set([connection]));
  else known.add(connection);
}

function drop(index: Map<string, Set<RealtimeConnection>>, key: string, connection: RealtimeConnection): void {
  const known = index.get(key);
  if (known?.delete(connection) && known.size === 0) index.delete(key);
}
