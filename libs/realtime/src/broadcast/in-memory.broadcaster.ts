// How do scripts and tests broadcast without a transport? Events are delivered and recorded in this process (docs/decisions/0001#decision-2).
import { Injectable, Logger } from '@nestjs/common';
import type { AnyChannel, ChannelTarget, EventNameOf, EventOutput } from '@nestjs-realtime/contract';
import { CallerContext } from '../connections/caller.context.js';
import type { EncodedEvent } from '../connections/encoded-event.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import { BroadcastFault, BroadcastGuard } from '../guards/broadcast.guard.js';
import { thrownStack } from '../instrumentation/log-text.js';
import { IRealtimeTracer } from '../instrumentation/realtime.tracer.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { RealtimeOptions } from '../realtime.options.js';
import { addressOf } from './broadcast-target.js';
import { GuardedBroadcaster } from './guarded.broadcaster.js';
import { type RecordedBroadcast, recordsOf } from './recorded-broadcast.js';

/** Receives event and payload of a channel as its clients would. The event's name narrows the payload. */
export type InMemoryListener<Channel extends AnyChannel> = (
  ...received: {
    [Event in EventNameOf<Channel>]: [event: Event, payload: EventOutput<Channel, Event>];
  }[EventNameOf<Channel>]
) => unknown;

interface Subscription {
  readonly listener: (event: string, payload: unknown) => unknown;
}

/**
 * Delivers to listeners in this process and keeps the newest broadcasts; it has no clients. Select it with
 * `mode: 'in-memory'`; in production that requires `allowInMemoryInProduction` too.
 *
 * @example
 * const off = app.get(InMemoryRealtimeBroadcaster).subscribe(orderChannel.with({ orderId: '42' }), (event, payload) => log(event, payload));
 */
@Injectable()
export class InMemoryRealtimeBroadcaster extends GuardedBroadcaster {
  private readonly log = new Logger(InMemoryRealtimeBroadcaster.name);
  private readonly record: RecordedBroadcast[] = [];
  private readonly subscriptions = new Map<string, Set<Subscription>>();
  private readonly outbox: RecordedBroadcast[] = [];
  private delivering = false;

  constructor(
    guard: BroadcastGuard,
    tracer: IRealtimeTracer,
    registry: HandlerRegistry,
    hooks: RealtimeHooks,
    caller: CallerContext,
    private readonly options: RealtimeOptions,
  ) {
    super(guard, tracer, registry, hooks, caller);
  }

  /** The newest broadcasts, oldest first, at most `inMemoryRecord` of them. */
  get broadcasts(): readonly RecordedBroadcast[] {
    return this.record;
  }

  /** Removes all recorded broadcasts. Listeners stay. */
  clear(): void {
    this.record.length = 0;
  }

  /**
   * Calls the listener with every event of one concrete channel, in order, before the broadcast resolves. Errors of the listener are
   * logged and affect no other listener.
   * @returns a function that removes the listener.
   * @throws RealtimeFault when the params do not fill the name, or the application uses another transport.
   */
  subscribe<Channel extends AnyChannel>(
    target: ChannelTarget<Channel>,
    listener: InMemoryListener<NoInfer<Channel>>,
  ): () => void {
    this.demandTransport();
    const { name } = addressOf(target);
    const subscription = { listener: listener as Subscription['listener'] };
    const members = this.subscriptions.get(name) ?? new Set();
    this.subscriptions.set(name, members.add(subscription));
    return () => {
      members.delete(subscription);
      if (members.size === 0 && this.subscriptions.get(name) === members) this.subscriptions.delete(name);
    };
  }

  protected override publish(event: EncodedEvent): number {
    this.demandTransport();
    const records = recordsOf(event);
    this.record.push(...records);
    while (this.record.length > this.options.inMemoryRecord) this.record.shift();
    this.outbox.push(...records);
    const recipients = records.reduce((sum, { channel }) => sum + (this.subscriptions.get(channel)?.size ?? 0), 0);
    // A listener may broadcast itself. Its event must not reach other listeners before this one.
    if (this.delivering) return recipients;
    this.delivering = true;
    for (let next = this.outbox.shift(); next !== undefined; next = this.outbox.shift()) this.deliver(next);
    this.delivering = false;
    return recipients;
  }

  private deliver(record: RecordedBroadcast): void {
    const members = this.subscriptions.get(record.channel);
    if (members === undefined) return;
    for (const subscription of [...members]) if (members.has(subscription)) this.notify(subscription, record);
  }

  private notify({ listener }: Subscription, { channel, event, payload }: RecordedBroadcast): void {
    const failed = (error: unknown): void =>
      this.log.error(`A listener of channel "${channel}" failed at "${event}"`, thrownStack(error));
    try {
      const result = listener(event, structuredClone(payload));
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** This class can be injected with every transport. Without this check a broadcast by mistake would never reach the clients. */
  private demandTransport(): void {
    if (this.options.mode === 'in-memory') return;
    throw new BroadcastFault(
      `InMemoryRealtimeBroadcaster is not in use because the mode is '${this.options.mode}'; inject IRealtimeBroadcaster, or set mode: 'in-memory'.`,
    );
  }
}
