// Of which channels with presence has a connection made its user a member? It tells them when it leaves.
import { withDeadline } from '../connections/deadline.js';
import type { HeldPresence } from '../connections/held-presence.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { maySeeMembers, type PresentChannel } from './present-channel.js';

const late = (): Error => new Error('late');

interface Membership {
  readonly channel: PresentChannel;
  readonly userId: string;
}

/** The users that a connection watches. */
interface Watching {
  /** Asks again which of them it may watch. */
  recheck(): Promise<void>;
  /** It could not be asked, so the client may watch no one until it can. */
  failed(): void;
  ended(): void;
}

export class ConnectionMemberships implements HeldPresence {
  watching: Watching | null = null;
  private readonly held = new Map<string, Membership>();

  private constructor(private readonly connection: LiveConnection) {}

  /** Those of the connection, which begin with the first. */
  static of(connection: LiveConnection): ConnectionMemberships {
    const known = connection.presence ?? new ConnectionMemberships(connection);
    connection.presence = known;
    return known as ConnectionMemberships;
  }

  /** Channels of which the connection's user is a member by it. */
  get channels(): readonly PresentChannel[] {
    return Array.from(this.held.values(), ({ channel }) => channel);
  }

  has(channel: string): boolean {
    return this.held.has(channel);
  }

  add(channel: PresentChannel, userId: string): void {
    this.held.set(channel.name, { channel, userId });
  }

  left(name: string, isLost: boolean): void {
    const membership = this.held.get(name);
    if (membership === undefined) return;
    this.held.delete(name);
    membership.channel.leave(this.connection, membership.userId, isLost);
  }

  ended(isLost: boolean): void {
    for (const name of [...this.held.keys()]) this.left(name, isLost);
    this.watching?.ended();
  }

  waits(name: string): void {
    this.held.get(name)?.channel.notices.waits(this.connection);
  }

  async recheck(milliseconds: number): Promise<void> {
    const { watching } = this;
    const watched = watching && withDeadline(watching.recheck(), milliseconds, late).catch(() => watching.failed());
    await Promise.all([watched, ...this.channels.map((channel) => this.recheckOne(channel, milliseconds))]);
  }

  private async recheckOne(channel: PresentChannel, milliseconds: number): Promise<void> {
    const { connection } = this;
    const { notices } = channel;
    if (notices.isForAll) return;
    const may = await withDeadline(maySeeMembers(connection, channel), milliseconds, late).catch(() => false);
    if (!this.has(channel.name) || may === notices.has(connection)) return;
    if (may) notices.show(connection);
    else notices.hide(connection);
  }

  arrived(name: string): void {
    this.held.get(name)?.channel.notices.arrived(this.connection);
  }
}
