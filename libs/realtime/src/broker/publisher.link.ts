// How does a process without clients reach the others? Through its broker alone, which starts before anything is published.
import { Injectable } from '@nestjs/common';
import type { Position } from '@nestjs-realtime/contract';
import { withDeadline } from '../connections/deadline.js';
import type { EncodedEvent } from '../connections/encoded-event.js';
import { RealtimeException, RealtimeFault } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';
import type { Log } from './event.publisher.js';
import { KnownPositions } from './known-positions.js';
import { IRealtimeBroker } from './realtime.broker.js';
import { RealtimeNodes } from './realtime.nodes.js';

@Injectable()
export class PublisherLink {
  private readonly known = new KnownPositions();
  private readonly underWay = new Set<Promise<unknown>>();
  private starting: Promise<void> | null = null;
  private isOver = false;

  /** @throws RealtimeFault where no other process could hear this one. */
  constructor(
    private readonly broker: IRealtimeBroker,
    private readonly options: RealtimeOptions,
    private readonly node: RealtimeNodes,
  ) {
    if (options.mode !== 'publisher' || !broker.isLocal) return;
    throw new RealtimeFault(
      `mode: 'publisher' needs a broker that reaches the processes with clients, and ${broker.constructor.name} reaches this process only; pass RealtimeModule.forRoot({ broker }) the broker of those processes, such as new RedisRealtimeBroker({ url }).`,
    );
  }

  /** More calls change nothing: whatever publishes first, starts it. */
  start(): Promise<void> {
    return (this.starting ??= this.broker.start(null, this.node));
  }

  /** Resolves when the engine has the event. */
  async publish(event: EncodedEvent, log: Log | null): Promise<void> {
    await this.start();
    if (this.isOver) throw new RealtimeException('UNAVAILABLE', { reason: 'the process is closing' });
    if (log === null) return void (await this.broker.publish(event));
    const [channel] = event.channels;
    const { kept, idempotencyKey } = log;
    const position = await this.broker.publish(event, { ...kept, idempotencyKey, known: this.known.get(channel) });
    this.note(channel, position);
  }

  /** `stop` waits for it. */
  track(work: Promise<unknown>): void {
    const settled = work.then(
      () => undefined,
      () => undefined,
    );
    this.underWay.add(settled);
    void settled.then(() => this.underWay.delete(settled));
  }

  /** Waits for all that is under way, at most `drainTimeout`, and leaves. */
  async stop(): Promise<void> {
    if (this.starting === null) return;
    const late = (): Error => new Error('drain timeout');
    await withDeadline(this.settled(), this.options.drainTimeout, late).catch(() => undefined);
    this.isOver = true;
    await this.broker.stop();
  }

  private async settled(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  private note(channel: string, position: Position | null): void {
    if (position !== null) this.known.set(channel, position);
  }
}
