// How do the entries that this process has claimed get out? Channel by channel, in order, for as long as the claim is sure to hold.
import { setTimeout } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { GuardedBroadcaster } from '../broadcast/guarded.broadcaster.js';
import { IRealtimeBroker } from '../broker/realtime.broker.js';
import type { ChannelMatch } from '../connections/channel-match.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import { RefusalLog } from '../guards/refusal.log.js';
import { quotedForLog, thrownText } from '../instrumentation/log-text.js';
import { errorRepeated } from '../instrumentation/repeated-log.js';
import { RealtimeException } from '../realtime.exception.js';
import type { OutboxEntry } from './outbox.store.js';

/** How long after its claim an entry may be tried, in milliseconds. A claim holds for longer, so that no other process has begun by then. */
const HOLD = 10_000;
/** Milliseconds between two attempts while the broker gives no answer. */
const RETRY = 200;
/** Attempts while the broker says that it is well: then one channel alone may be ill, and the others must not wait for it. */
const ATTEMPTS = 3;

@Injectable()
export class OutboxDelivery {
  private readonly logger = new Logger('Realtime');

  constructor(
    private readonly broadcaster: GuardedBroadcaster,
    private readonly broker: IRealtimeBroker,
    private readonly registry: HandlerRegistry,
    private readonly refusals: RefusalLog,
  ) {}

  /** Resolves with the ids of those that were published. Never rejects. `stopping` ends attempts that wait for the broker. */
  async publish(entries: readonly OutboxEntry[], stopping: AbortSignal): Promise<string[]> {
    const until = performance.now() + HOLD;
    const channels = new Map<string, OutboxEntry[]>();
    for (const entry of entries) {
      const waiting = channels.get(entry.channel);
      if (waiting === undefined) channels.set(entry.channel, [entry]);
      else waiting.push(entry);
    }
    const published: string[] = [];
    const isOver = (): boolean => stopping.aborted || performance.now() > until;
    await Promise.all([...channels.values()].map((waiting) => this.inOrder(waiting, published, isOver)));
    return published;
  }

  /** Ends at the first entry that cannot be published: those behind it must not overtake it. */
  private async inOrder(entries: readonly OutboxEntry[], published: string[], isOver: () => boolean): Promise<void> {
    for (const entry of entries) {
      try {
        await this.persist(entry, isOver);
        published.push(entry.id);
      } catch (error) {
        return this.report(entry, error);
      }
    }
  }

  private async persist(entry: OutboxEntry, isOver: () => boolean): Promise<void> {
    for (let attempts = 1; ; attempts++) {
      try {
        return await this.send(entry);
      } catch (error) {
        const isLast = attempts >= ATTEMPTS && this.broker.health().state === 'ok';
        if (!isOutage(error) || isLast || isOver()) throw error;
        await setTimeout(RETRY);
      }
    }
  }

  /** Security note: rows may have been written by another release, or by hand. */
  private async send({ id, channel, event, json }: OutboxEntry): Promise<void> {
    const registered = this.matchOf(channel)?.registered;
    if (registered === undefined) throw new Error('no channel that is registered here has this name');
    if (!registered.events.has(event)) throw new Error(`its channel declares no event ${quotedForLog(event)}`);
    if (json !== '') JSON.parse(json);
    await this.broadcaster.resend(registered, channel, { event, json: json === '' ? undefined : json }, id);
  }

  private matchOf(channel: string): ChannelMatch | null {
    return typeof channel === 'string' ? this.registry.match(channel) : null;
  }

  private report({ id, channel }: OutboxEntry, error: unknown): void {
    const reason = `an entry of the outbox: ${thrownText(error)}`;
    const refusal = isOutage(error) ? error : new RealtimeException('INTERNAL', { reason, cause: error });
    this.refusals.record(refusal, { gate: 'broadcast', connection: null, channel, match: this.matchOf(channel) });
    const row = `Row ${quotedForLog(String(id))} of the outbox, for channel ${quotedForLog(String(channel))}`;
    const advice = 'It is tried again, and later rows of its channel wait for it; remove it if that cannot help';
    const kind = isOutage(error) ? 'outage of the outbox' : 'rows of the outbox';
    errorRepeated(this.logger, `${row}, could not be published. ${advice}`, error, kind);
  }
}

function isOutage(error: unknown): error is RealtimeException {
  return error instanceof RealtimeException && error.code === 'UNAVAILABLE';
}
