// Which steps does every broadcast take, on any transport? Gate 4, the schema and one encoding; the transport does the rest.
import type { RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import type { Log } from '../broker/event.publisher.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import { CallerContext } from '../connections/caller.context.js';
import { ChannelLanes, type Turn } from '../connections/channel-lanes.js';
import type { EncodedEvent, LoggedEvent } from '../connections/encoded-event.js';
import type { Party } from '../connections/party.js';
import { BroadcastRequest } from '../connections/realtime-request.js';
import type { RegisteredChannel } from '../connections/registered-channel.js';
import { BroadcastFault, BroadcastGuard } from '../guards/broadcast.guard.js';
import { IRealtimeTracer, type SpanOptions } from '../instrumentation/realtime.tracer.js';
import { withSpan } from '../instrumentation/with-span.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { eventOf, namedEvent, optionsOf } from './broadcast-event.js';
import { addressOf, destinationOf } from './broadcast-target.js';
import { OutboundGate } from './outbound-gate.js';
import { IRealtimeBroadcaster } from './realtime.broadcaster.js';

/** Shared by all broadcasts that are sent synchronously. */
const DONE = Promise.resolve();

/** Who gets an event: all members, all but some, or those of one party. */
interface Recipients {
  readonly except?: readonly Party[];
  readonly to?: Party;
}

/** What accompanies an event; null if it is for all members and has no key. */
type Accompanied = { readonly recipients: Recipients; readonly idempotencyKey?: string | undefined } | null;

/** A broadcaster that passes gate 4 before it publishes. */
export abstract class GuardedBroadcaster extends IRealtimeBroadcaster {
  private readonly lanes = new ChannelLanes();
  private readonly gate: OutboundGate;
  private readonly transmit: (request: BroadcastRequest, accompanied: Accompanied) => Promise<void>;

  constructor(
    guard: BroadcastGuard,
    tracer: IRealtimeTracer,
    registry: HandlerRegistry,
    private readonly hooks: RealtimeHooks,
    private readonly caller: CallerContext,
  ) {
    super();
    this.gate = new OutboundGate(guard, registry, GuardedBroadcaster);
    this.transmit = withSpan(
      tracer,
      (request: BroadcastRequest, _accompanied: Accompanied) => spanOf(request),
      (request, accompanied) => this.pass(request, accompanied),
    );
  }

  /**
   * Sends an event that has passed gate 4, and returns the number of recipients on this node. Calls come in the order of delivery. `log` is
   * null for an event that is not kept.
   */
  protected abstract publish(event: EncodedEvent, log: Log | null): number | Promise<number>;

  override broadcast(target: unknown, ...rest: unknown[]): Promise<void> {
    try {
      const destination = destinationOf(target);
      if (destination === null) return DONE;
      const { descriptor } = destination;
      const event = eventOf(descriptor, rest);
      const options = rest.length > 2 ? optionsOf(descriptor, rest[2], this.caller) : null;
      const { except, idempotencyKey } = options ?? {};
      return this.transmit(
        this.gate.requestOf(destination, event),
        options && { recipients: except === undefined ? {} : { except }, idempotencyKey },
      );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  override send(who: unknown, target: unknown, event: unknown, payload?: unknown): Promise<void> {
    try {
      const to = this.caller.demand(who, (problem) => new BroadcastFault(problem));
      const { descriptor, name } = addressOf(target);
      const request = this.gate.requestOf({ descriptor, names: [name] }, namedEvent(descriptor, event, payload));
      return this.transmit(request, { recipients: { to } });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Sends what gate 4 has let pass before, in this process or another. The log keeps one event for all calls with one key. */
  async resend(channel: RegisteredChannel, name: string, event: LoggedEvent, idempotencyKey: string): Promise<void> {
    const { descriptor, log } = channel;
    const encoded = encodedFor(descriptor, [name], event);
    const recipients = await this.publish(encoded, log === null ? null : { kept: log, idempotencyKey });
    if (!this.hooks.hears('broadcast')) return;
    const payload: unknown = event.json === undefined ? undefined : JSON.parse(event.json);
    const request = new BroadcastRequest([name], descriptor, channel, event.event, payload);
    this.announce(request, payload, event.json, recipients, this.hooks.cause);
  }

  private pass(request: BroadcastRequest, accompanied: Accompanied): Promise<void> {
    const payload = this.gate.pass(request);
    const { cause } = this.hooks;
    if (payload instanceof Promise || this.isAnyBusy(request.names))
      return this.publishInTurn(request, accompanied, payload, cause);
    return this.publishNow(request, accompanied, payload, cause) ?? DONE;
  }

  private isAnyBusy(names: readonly string[]): boolean {
    return !this.lanes.areFree && names.some((name) => this.lanes.isBusy(name));
  }

  /** @throws BroadcastFault when JSON cannot hold the payload. Errors of `publish` pass through unchanged. */
  private publishNow(
    request: BroadcastRequest,
    accompanied: Accompanied,
    payload: unknown,
    cause: object | null,
  ): Promise<void> | undefined {
    const { names, event, descriptor } = request;
    const json = this.gate.encode(payload, request.channelName);
    const encoded = encodedFor(descriptor, names, { event, json, ...accompanied?.recipients });
    const sent = this.publish(encoded, this.logOf(request, accompanied));
    if (sent instanceof Promise) return sent.then((count) => this.announce(request, payload, json, count, cause));
    this.announce(request, payload, json, sent, cause);
    return undefined;
  }

  /** What is sent to one party is in no log: the others would miss its offset. */
  private logOf({ registered }: BroadcastRequest, accompanied: Accompanied): Log | null {
    const kept = registered?.log ?? null;
    if (kept === null || accompanied?.recipients.to !== undefined) return null;
    return { kept, idempotencyKey: accompanied?.idempotencyKey };
  }

  /** All recipients of a list are counted at its first channel. */
  private announce(
    { names, event, descriptor }: BroadcastRequest,
    payload: unknown,
    json: string | undefined,
    recipients: number,
    cause: object | null,
  ): void {
    if (!this.hooks.hears('broadcast')) return;
    const payloadBytes = json === undefined ? 0 : Buffer.byteLength(json);
    for (const [index, name] of names.entries()) {
      const channel = { descriptor, name, params: descriptor.template.match(name)! };
      const count = index === 0 ? recipients : 0;
      this.hooks.emit('broadcast', () => ({ channel, event, payload, payloadBytes, recipients: count, cause }));
    }
  }

  /** Keeps the order of a channel's broadcasts when an earlier one waits for its asynchronous schema. */
  private async publishInTurn(
    request: BroadcastRequest,
    accompanied: Accompanied,
    payload: unknown,
    cause: object | null,
  ): Promise<void> {
    const turns = request.names.map((name): Turn => this.lanes.take(name));
    const stripped = Promise.resolve(payload).catch((error: unknown) => {
      throw this.gate.faultOf(error, request.channelName);
    });
    stripped.catch(() => undefined);
    try {
      for (const turn of turns) if (turn.ready) await turn.ready;
      await this.publishNow(request, accompanied, await stripped, cause);
    } finally {
      for (const turn of turns) turn.release();
    }
  }
}

/** With what the declaration of its channel says about how it is delivered. */
function encodedFor(
  { flushMs, conflate, wire }: RealtimeChannelDescriptor,
  channels: readonly string[],
  event: Pick<EncodedEvent, 'event' | 'json' | 'except' | 'to'>,
): EncodedEvent {
  return { channels, ...event, flushEveryMs: flushMs, conflate, wire };
}

function spanOf({ descriptor, event }: BroadcastRequest): SpanOptions {
  const { name: channel, events } = descriptor;
  const labels: Record<string, string> = { channel, ...(Object.hasOwn(events, event) && { event }) };
  const name = ['realtime-broadcast', ...Object.values(labels)].join(' ');
  return { op: 'realtime-broadcast', name, attributes: { gate: 'broadcast', ...labels }, kind: 'producer' };
}
