// How long does authority last without a renewal? One lease. This renews every connection's lease, spread over time.
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { LiveConnection } from '../connections/live.connection.js';
import { errorRepeated } from '../instrumentation/repeated-log.js';
import { RealtimeOptions } from '../realtime.options.js';
import { Renewal, type Renewed } from './authority.renewal.js';
import { RenewalQueue } from './renewal.queue.js';

/** A lease has six visits. It is renewed at the third; if that fails, two more visits can renew it. */
const VISITS_PER_LEASE = 6;
const VISITS_BEFORE_RENEWAL = 3;
const MOST_SLOTS = 64;
const SHORTEST_TICK = 10;
/** Shortest time for one renewal, in milliseconds, however late it starts. */
const SHORTEST_RENEWAL = 1_000;

/** The lease of one connection: it covers the user and all subscriptions. */
interface Lease {
  readonly connection: LiveConnection;
  readonly slot: Set<Lease>;
  /** When the user and all subscriptions were last confirmed, or when the lease began. */
  provenAt: number;
  isRenewing: boolean;
}

/** A wheel of slots. Each tick visits the leases of one slot. */
@Injectable()
export class LeaseSweep implements OnModuleDestroy {
  private readonly logger = new Logger('Realtime');
  private readonly period: number;
  private readonly slots: Set<Lease>[];
  private readonly leases = new Map<LiveConnection, Lease>();
  private readonly queue: RenewalQueue<Lease>;
  private cursor = 0;
  private assigned = 0;
  private timer: NodeJS.Timeout | null = null;
  private afterRenewal: (connection: LiveConnection) => Promise<void> = () => Promise.resolve();

  constructor(
    private readonly renewal: Renewal,
    private readonly options: RealtimeOptions,
  ) {
    this.period = options.lease / VISITS_PER_LEASE;
    const slots = Math.min(MOST_SLOTS, Math.max(1, Math.floor(this.period / SHORTEST_TICK)));
    this.slots = Array.from({ length: slots }, () => new Set<Lease>());
    const visitsLeft = VISITS_PER_LEASE - VISITS_BEFORE_RENEWAL;
    this.queue = new RenewalQueue(options.limits.renewalsInFlight, visitsLeft, (lease) => this.renew(lease));
  }

  /** Calls `listener` after each renewal that has confirmed the user and all subscriptions. It must not reject. */
  onRenewed(listener: (connection: LiveConnection) => Promise<void>): void {
    this.afterRenewal = listener;
  }

  /** Connections with a lease. */
  get size(): number {
    return this.leases.size;
  }

  /** Leases that are being renewed or wait for a renewal. */
  get renewals(): number {
    return this.queue.size;
  }

  /** Gives a lease to a connection that has a user or a subscription. Further calls have no effect. */
  watch(connection: LiveConnection): void {
    if (connection.closed || this.leases.has(connection)) return;
    const slot = this.slots[this.assigned++ % this.slots.length];
    const lease: Lease = { connection, slot, provenAt: performance.now(), isRenewing: false };
    slot.add(lease);
    this.leases.set(connection, lease);
    this.timer ??= setInterval(() => this.tick(), this.period / this.slots.length).unref();
  }

  forget(connection: LiveConnection): void {
    const lease = this.leases.get(connection);
    if (lease === undefined) return;
    this.leases.delete(connection);
    lease.slot.delete(lease);
    this.queue.delete(lease);
    if (this.leases.size === 0) this.stop();
  }

  onModuleDestroy(): void {
    this.stop();
  }

  private stop(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  private tick(): void {
    const now = performance.now();
    for (const lease of this.slots[this.cursor++ % this.slots.length]) this.visit(lease, now);
    this.queue.run();
  }

  private visit(lease: Lease, now: number): void {
    if (lease.isRenewing) return;
    const remaining = lease.provenAt + this.options.lease - now;
    if (this.endsBefore(remaining, 1) && this.queue.has(lease)) {
      this.queue.delete(lease);
      const unproven = lease.connection.subscriptions.keys();
      this.lapse(lease, { userConfirmed: false, unproven }, now);
    } else if (this.endsBefore(remaining, VISITS_PER_LEASE - VISITS_BEFORE_RENEWAL + 0.5)) {
      this.queue.put(lease, Math.max(0, Math.floor(remaining / this.period)));
    }
  }

  private async renew(lease: Lease): Promise<void> {
    const startedAt = performance.now();
    lease.isRenewing = true;
    let isConfirmed = false;
    try {
      const renewed = await this.renewal.renew(lease.connection, this.timeFor(lease, startedAt));
      isConfirmed = renewed.userConfirmed && renewed.unproven.length === 0;
      if (isConfirmed) lease.provenAt = startedAt;
      else if (this.endsBefore(lease.provenAt + this.options.lease - performance.now(), 1)) {
        this.lapse(lease, renewed, startedAt);
      }
    } catch (error) {
      errorRepeated(this.logger, 'A lease could not be renewed', error);
    } finally {
      lease.isRenewing = false;
    }
    // Within this renewal's place in the queue, so that guards asked here are limited with the others.
    if (isConfirmed) await this.afterRenewal(lease.connection);
  }

  /** Ends what a lapsed lease left unconfirmed. The rest gets a new lease; otherwise every later visit would end the old one again. */
  private lapse(lease: Lease, renewed: Renewed, at: number): void {
    this.renewal.evictUnproven(lease.connection, renewed);
    lease.provenAt = at;
  }

  private timeFor({ provenAt }: Lease, now: number): number {
    const { lease, requestTimeout } = this.options;
    const shortest = Math.min(SHORTEST_RENEWAL, this.period);
    return Math.max(shortest, Math.min(provenAt + lease - now, requestTimeout));
  }

  private endsBefore(remaining: number, visits: number): boolean {
    return remaining < visits * this.period;
  }
}
