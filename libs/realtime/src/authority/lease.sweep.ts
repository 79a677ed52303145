// How long does an admission last by itself? One lease; this renews them, spread over time.
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { RealtimeConnection } from '../connections/realtime.connection.js';
import { errorRepeated } from '../instrumentation/repeated-log.js';
import { RealtimeOptions } from '../realtime.options.js';
import { Renewal } from './renewal.js';

/**
 * Every connection is visited three times a lease: after one failed visit there is time for another, also when both come late. With
 * two, the second would have to come at the very end.
 */
const VISITS_PER_LEASE = 3;
const MOST_SLOTS = 64;
const SHORTEST_TICK = 10;
/** Renewals under way at once; the rest of a tick waits. */
const CONCURRENT_RENEWALS = 32;

/** A wheel of slots; each tick visits the connections of one. */
@Injectable()
export class LeaseSweep implements OnModuleDestroy {
  private readonly logger = new Logger('Realtime');
  private readonly period: number;
  private readonly slots: Set<RealtimeConnection>[];
  private readonly slotOf = new Map<RealtimeConnection, Set<RealtimeConnection>>();
  private readonly provenAt = new WeakMap<RealtimeConnection, number>();
  private readonly queue: RealtimeConnection[] = [];
  private active = 0;
  private cursor = 0;
  private assigned = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly renewal: Renewal,
    private readonly options: RealtimeOptions,
  ) {
    this.period = options.lease / VISITS_PER_LEASE;
    const slots = Math.min(MOST_SLOTS, Math.max(1, Math.floor(this.period / SHORTEST_TICK)));
    this.slots = Array.from({ length: slots }, () => new Set<RealtimeConnection>());
  }

  /** Takes care of a connection that has been admitted to a channel; more calls change nothing. */
  watch(connection: RealtimeConnection): void {
    if (connection.closed || this.slotOf.has(connection)) return;
    const slot = this.slots[this.assigned++ % this.slots.length];
    slot.add(connection);
    this.slotOf.set(connection, slot);
    this.provenAt.set(connection, performance.now());
    this.timer ??= setInterval(() => this.tick(), this.period / this.slots.length).unref();
  }

  forget(connection: RealtimeConnection): void {
    this.slotOf.get(connection)?.delete(connection);
    this.slotOf.delete(connection);
    if (this.slotOf.size === 0) this.stop();
  }

  onModuleDestroy(): void {
    this.stop();
  }

  private stop(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  private tick(): void {
    const slot = this.slots[this.cursor++ % this.slots.length];
    for (const connection of slot) if (connection.subscriptions.size > 0) this.queue.push(connection);
    this.work();
  }

  private work(): void {
    while (this.active < CONCURRENT_RENEWALS) {
      const connection = this.queue.shift();
      if (connection === undefined) return;
      this.active++;
      this.renew(connection)
        .catch((error: unknown) => errorRepeated(this.logger, 'A lease could not be renewed', error))
        .finally(() => {
          this.active--;
          this.work();
        });
    }
  }

  private async renew(connection: RealtimeConnection): Promise<void> {
    const startedAt = performance.now();
    const provenAt = this.provenAt.get(connection) ?? startedAt;
    const leaseEnd = provenAt + this.options.lease;
    const unproven = await this.renewal.renew(connection, Math.max(1, Math.min(this.period, leaseEnd - startedAt)));
    if (unproven.length === 0) this.provenAt.set(connection, startedAt);
    else if (performance.now() + this.period > leaseEnd) this.renewal.evictUnproven(connection, unproven);
  }
}
