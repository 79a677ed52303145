// How does an application revoke authority at once? The port it calls when rights have changed.
import { Injectable } from '@nestjs/common';
import type { ChannelAddress } from '@nestjs-realtime/contract';
import { ConnectionDirectory } from '../connections/connection.directory.js';
import type { RealtimeConnection } from '../connections/realtime.connection.js';
import { Renewal } from './authority.renewal.js';
import { ANY_CHANNEL, RevocationLedger } from './revocation.ledger.js';

/** The user it concerns, and the channel. Without a channel it concerns all of them. */
export interface RevokeRequest {
  readonly userId: string;
  /** A concrete channel: its address, or its name. */
  readonly channel?: ChannelAddress | string;
}

/**
 * Revokes authority on demand. Update your own data first, then call this. Each promise resolves when the effect holds on this node,
 * also for admissions that were under way.
 *
 * @example
 * await this.sessions.delete(sessionId);
 * await this.revocation.disconnectSession(sessionId);
 */
export abstract class IRealtimeRevocation {
  /** Ends every connection of a user, with `rt:bye` `REVOKED`: a ban. */
  abstract disconnectUser(userId: string): Promise<void>;
  /** Ends every connection of a session, with `rt:bye` `REVOKED`: a logout. */
  abstract disconnectSession(sessionId: string): Promise<void>;
  /** Ends a user's subscriptions and keeps their connections. The client may subscribe again where gate 2 allows it. */
  abstract revoke(request: RevokeRequest): Promise<void>;
  /**
   * Resolves a user again and passes their subscriptions through gate 2 again. Call it when roles or memberships have changed. With a
   * channel, it concerns only connections that are subscribed to that channel or about to subscribe.
   */
  abstract reauthorize(request: RevokeRequest): Promise<void>;
}

/** Time for a re-authorization, in milliseconds. Subscriptions that are not confirmed within it are evicted; the client may try again. */
const ON_DEMAND = 1_000;

@Injectable()
export class Revocation extends IRealtimeRevocation {
  constructor(
    private readonly directory: ConnectionDirectory,
    private readonly ledger: RevocationLedger,
    private readonly renewal: Renewal,
  ) {
    super();
  }

  override disconnectUser(userId: string): Promise<void> {
    this.ledger.record('revoked', { userId });
    return this.disconnect(this.directory.ofUser(userId));
  }

  override disconnectSession(sessionId: string): Promise<void> {
    this.ledger.record('revoked', { sessionId });
    return this.disconnect(this.directory.ofSession(sessionId));
  }

  override revoke({ userId, channel }: RevokeRequest): Promise<void> {
    const name = nameOf(channel);
    for (const connection of this.directory.ofUser(userId)) {
      for (const subscribed of name === undefined ? [...connection.subscriptions.keys()] : [name]) {
        this.renewal.revoke(connection, subscribed);
      }
    }
    this.ledger.record('revoked', { userId, channel: name ?? ANY_CHANNEL });
    return Promise.resolve();
  }

  override async reauthorize({ userId, channel }: RevokeRequest): Promise<void> {
    const name = nameOf(channel);
    this.ledger.record('stale', { userId, channel: name });
    const concerned = this.directory
      .ofUser(userId)
      .filter(({ subscriptions }) => name === undefined || subscriptions.has(name));
    await Promise.all(
      concerned.map(async (connection) => {
        this.renewal.evictUnproven(connection, await this.renewal.renew(connection, ON_DEMAND));
      }),
    );
  }

  private disconnect(connections: readonly RealtimeConnection[]): Promise<void> {
    for (const connection of connections) connection.goodbye({ code: 'REVOKED', reconnect: false });
    return Promise.resolve();
  }
}

function nameOf(channel: RevokeRequest['channel']): string | undefined {
  return typeof channel === 'object' ? channel.name : channel;
}
