// How many connections may a user have, and which of them gives way to one more? Counted on this node, or on all of them.
import { Injectable } from '@nestjs/common';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import { type ConnectionLimit, IRealtimeBroker } from '../broker/realtime.broker.js';
import { ConnectionDirectory } from '../connections/connection.directory.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';

/** What a client hears when a newer connection of its user takes its place. */
const DISPLACED = { code: 'POLICY', reconnect: false } as const;
/** When a place may be free again: a connection whose peer has gone is noticed within seconds. */
const PLACE_DELAY = '5s';

@Injectable()
export class UserConnections {
  private readonly limit: ConnectionLimit;
  private readonly isOfAllNodes: boolean;
  /** Users of the connections that all nodes count, by the id of the connection. */
  private readonly noted = new Map<string, string>();

  constructor(
    private readonly directory: ConnectionDirectory,
    private readonly broker: IRealtimeBroker,
    { limits }: RealtimeOptions,
  ) {
    const { connectionsPerUser: given } = limits;
    const { max, over = 'refuse', across = 'node' } = typeof given === 'number' ? { max: given } : given;
    this.limit = { max, over };
    this.isOfAllNodes = across === 'cluster' && broker.noteConnection !== undefined;
  }

  /**
   * Counts a connection on all nodes, if that is asked for, and resolves with the ids of those that give way; with null where nothing was
   * counted. This node decides alone while the engine is away. Call `forget` where a counted connection does not get the user after all.
   *
   * @throws RealtimeException `LIMIT_EXCEEDED` where the user has as many connections as are allowed.
   */
  async note(connection: LiveConnection, user: RealtimeUser | null): Promise<readonly string[] | null> {
    if (!this.isOfAllNodes || user === null || connection.user !== null) return null;
    try {
      const oldest = await this.broker.noteConnection!(user.userId, connection.id, this.limit);
      if (oldest === null) throw this.refusal();
      this.noted.set(connection.id, user.userId);
      return oldest;
    } catch (error) {
      if (error instanceof RealtimeException && error.code === 'UNAVAILABLE') return null;
      throw error;
    }
  }

  /** More calls change nothing. */
  forget(connection: LiveConnection): void {
    const userId = this.noted.get(connection.id);
    if (userId === undefined) return;
    this.noted.delete(connection.id);
    this.broker.forgetConnection?.(userId, connection.id);
  }

  /** The user's connections on this node that have to give way if this one gains the user. @throws RealtimeException `LIMIT_EXCEEDED`. */
  excess(connection: LiveConnection, user: RealtimeUser | null): readonly LiveConnection[] {
    if (user === null || connection.user !== null) return [];
    const excess = this.directory.countOfUser(user.userId) + 1 - this.limit.max;
    if (excess <= 0) return [];
    if (this.limit.over === 'refuse') throw this.refusal();
    // The directory keeps the oldest first.
    return this.directory.ofUser(user.userId).slice(0, excess);
  }

  /** In the tick in which the new one has taken its place, so that the user never has more on this node. */
  displace(own: readonly LiveConnection[], noted: readonly string[]): void {
    for (const oldest of own) this.close(oldest);
    for (const connectionId of noted) {
      const [here] = this.directory.of({ connectionId });
      if (here !== undefined) this.close(here);
      // the other node closes it when it can; nothing waits for that
      else this.broker.command({ kind: 'displace', party: { connectionId } }).catch(() => undefined);
    }
  }

  /** One of this node, for which a connection on another node has come. */
  close(connection: LiveConnection): void {
    this.directory.remove(connection);
    connection.goodbye(DISPLACED);
  }

  private refusal(): RealtimeException {
    return new RealtimeException('LIMIT_EXCEEDED', {
      reason: `more than ${this.limit.max} connections of one user`,
      retryable: true,
      retryAfter: PLACE_DELAY,
    });
  }
}
