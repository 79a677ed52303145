// Which user may receive what? The model knows every change of authority that the server has confirmed, and judges each event that arrives.

/** One publish call: events of it may have been sent from this moment on. */
interface Publication {
  readonly clock: number;
  readonly at: number;
}

/** What the model keeps of one connection. */
export class Authority {
  /** Confirmed end of the connection: nothing published later may arrive. */
  endedAt: number | null = null;
  /** By this time (milliseconds) its session has ended. */
  expiresBy = Infinity;
  /** Channels that it was evicted from or has left, with the moment of the confirmation. */
  readonly denied = new Map<string, number>();
  /** Subscribe requests under way, by channel: one may be granted after an eviction. */
  readonly asking = new Map<string, number>();
  /** It sent random frames, which may contain subscribe requests that the model does not know. */
  wild = false;

  /** `userId` is null for an anonymous connection. */
  constructor(readonly userId: string | null) {}
}

/** The time the server may take, beyond the lease, to end what is no longer confirmed. */
const GRACE_MS = 2_000;
/** Numbers of the events of one publication. */
export const PER_PUBLICATION = 100;

export class Model {
  readonly unauthorized: string[] = [];
  judged = 0;
  private clock = 0;
  private readonly publications: Publication[] = [];
  private readonly admins = new Set<string>();
  private readonly lostAdmin = new Map<string, number>();
  private readonly closedRooms = new Map<string, number>();

  constructor(private readonly leaseMs: number) {}

  /** Call it before the publish call, whose events are numbered from the result on. */
  publishing(): number {
    this.publications.push({ clock: ++this.clock, at: performance.now() });
    return (this.publications.length - 1) * PER_PUBLICATION;
  }

  now(): number {
    return ++this.clock;
  }

  granting(userId: string): void {
    this.admins.add(userId);
    this.lostAdmin.delete(userId);
  }

  withdrawn(userId: string): void {
    this.admins.delete(userId);
    this.lostAdmin.set(userId, ++this.clock);
  }

  isAdmin(userId: string): boolean {
    return this.admins.has(userId);
  }

  opening(channel: string): void {
    this.closedRooms.delete(channel);
  }

  shut(channel: string): void {
    this.closedRooms.set(channel, performance.now());
  }

  asks(connection: Authority, channel: string): void {
    connection.denied.delete(channel);
    connection.asking.set(channel, (connection.asking.get(channel) ?? 0) + 1);
  }

  answered(connection: Authority, channel: string): void {
    connection.asking.set(channel, (connection.asking.get(channel) ?? 1) - 1);
  }

  /** The server has confirmed that the connection is out of the channel. */
  out(connection: Authority, channel: string): void {
    if (!connection.asking.get(channel)) connection.denied.set(channel, ++this.clock);
  }

  /** Judges an event of the channel with this number; null where it has none. */
  received(connection: Authority, channel: string, n: number | null): void {
    this.judged++;
    const publication = n === null ? undefined : this.publications[Math.floor(n / PER_PUBLICATION)];
    const fault =
      this.staticFault(connection, channel) ?? (publication && this.fault(connection, channel, publication));
    if (fault) this.unauthorized.push(`${fault}: event ${n} of ${channel} for ${connection.userId ?? 'anonymous'}`);
  }

  private staticFault({ userId }: Authority, channel: string): string | undefined {
    if (userId === null && channel !== 't.public') return 'an anonymous connection';
    if (channel.startsWith('t.user.') && channel !== `t.user.${userId}`) return 'the channel of another user';
    return undefined;
  }

  private fault(connection: Authority, channel: string, { clock, at }: Publication): string | undefined {
    const { userId, endedAt, expiresBy, wild } = connection;
    if (endedAt !== null && clock > endedAt) return 'after the end of the session';
    if (at > expiresBy + GRACE_MS) return 'after the session expired';
    if (channel === 't.admin') {
      const lost = this.lostAdmin.get(userId!);
      if (lost !== undefined ? clock > lost : !this.admins.has(userId!)) return 'without the role';
    }
    const closed = this.closedRooms.get(channel);
    if (closed !== undefined && at > closed + this.leaseMs + GRACE_MS) return 'a lease after the room was closed';
    const denied = connection.denied.get(channel);
    if (!wild && denied !== undefined && clock > denied) return 'after the subscription ended';
    return undefined;
  }
}
