// When are entries of the outbox published? After each commit that is told, and otherwise when the table is read again.
import { Injectable, Logger } from '@nestjs/common';
import { IRealtimeBroker } from '../broker/realtime.broker.js';
import { withDeadline } from '../connections/deadline.js';
import { warnRepeated } from '../instrumentation/repeated-log.js';
import { RealtimeOptions } from '../realtime.options.js';
import { NoOutboxStore } from './no-outbox.store.js';
import { OutboxDelivery } from './outbox.delivery.js';
import { IRealtimeOutboxStore } from './outbox.store.js';

/** Entries of one claim. */
const BATCH = 100;
/** The pause before the table is read again, in milliseconds. It doubles while nothing is found. */
const SHORTEST = 100;
const LONGEST = 5_000;
/** While the broker is away, its state is asked this often. */
const AWAY = 500;

@Injectable()
export class OutboxRelay {
  private readonly logger = new Logger('Realtime');
  private readonly stopping = new AbortController();
  private running: Promise<void> | null = null;
  private endPause: (() => void) | null = null;
  private isWoken = false;
  private pause = SHORTEST;
  /** Published, and not removed yet. */
  private published: string[] = [];
  private off: (() => void) | undefined;

  constructor(
    private readonly store: IRealtimeOutboxStore,
    private readonly delivery: OutboxDelivery,
    private readonly broker: IRealtimeBroker,
    private readonly options: RealtimeOptions,
  ) {}

  /** Once the broker has started. */
  start(): void {
    if (this.store instanceof NoOutboxStore || this.running !== null) return;
    this.off = this.store.onCommitted?.(() => this.wake());
    this.running = this.run();
  }

  /** An entry was written, and is there to be published if its transaction commits. */
  expect(): void {
    this.pause = SHORTEST;
    if (this.off === undefined) this.wake();
  }

  /** Claims nothing more, and waits for what is claimed, at most `drainTimeout`. */
  async stop(): Promise<void> {
    this.off?.();
    this.stopping.abort();
    this.wake();
    if (this.running === null) return;
    const late = (): Error => new Error('drain timeout');
    await withDeadline(this.running, this.options.drainTimeout, late).catch(() => undefined);
  }

  private wake(): void {
    this.isWoken = true;
    this.endPause?.();
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      this.isWoken = false;
      const published = await this.round();
      // What could not be published is not claimed at once again, but there may be more behind it.
      if (published > 0) this.pause = SHORTEST;
      if (published < BATCH && !this.isWoken) await this.rest();
    }
  }

  /** Resolves with the number of entries that were published. Never rejects. */
  private async round(): Promise<number> {
    if (this.isAway) return 0;
    try {
      await this.remove();
      const entries = await this.store.claim(BATCH);
      if (entries.length === 0) return 0;
      this.published = await this.delivery.publish(entries, this.stopping.signal);
      const { length } = this.published;
      await this.remove();
      return length;
    } catch (error) {
      warnRepeated(this.logger, 'The outbox could not be read, and is read again', error);
      return 0;
    }
  }

  /** Nothing more is published while this fails: it would be published again when the claims end. */
  private async remove(): Promise<void> {
    if (this.published.length > 0) await this.store.remove(this.published);
    this.published = [];
  }

  private rest(): Promise<void> {
    const length = this.isAway ? AWAY : this.pause;
    this.pause = Math.min(LONGEST, 2 * this.pause);
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.endPause = null;
        resolve();
      };
      const timer = setTimeout(end, length).unref();
      this.endPause = end;
    });
  }

  private get isAway(): boolean {
    return !this.broker.isLocal && this.broker.health().state !== 'ok';
  }
}
