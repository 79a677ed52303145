// Which steps does every broadcast take, on any transport? Gate 4, the schema and one encoding; the transport does the rest.
import { Logger } from '@nestjs/common';
import { HandlerRegistry } from '../channels/handler.registry.js';
import { CallerContext } from '../connections/caller.context.js';
import { ChannelLanes, type Turn } from '../connections/channel-lanes.js';
import type { EncodedEvent } from '../connections/encoded-event.js';
import type { Party } from '../connections/party.js';
import { BroadcastRequest } from '../connections/realtime-request.js';
import { BroadcastFault, BroadcastGuard } from '../guards/broadcast.guard.js';
import { RealtimeExecutionContext } from '../guards/realtime-execution-context.js';
import { logLine } from '../instrumentation/log-text.js';
import { IRealtimeTracer, type SpanOptions } from '../instrumentation/realtime.tracer.js';
import { withSpan } from '../instrumentation/with-span.js';
import { whyInvalid } from '../instrumentation/invalid-payload.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { eventOf, exceptionsOf, type NamedEvent, namedEvent } from './broadcast-event.js';
import { addressOf, type Destination, destinationOf } from './broadcast-target.js';
import { IRealtimeBroadcaster } from './realtime.broadcaster.js';

/** Shared by all broadcasts that are sent synchronously. */
const DONE = Promise.resolve();

/** Who gets an event: all members, all but some, or those of one party. */
interface Recipients {
  readonly except?: readonly Party[];
  readonly to?: Party;
}

/** A broadcaster that passes gate 4 before it publishes. */
export abstract class GuardedBroadcaster extends IRealtimeBroadcaster {
  private readonly logger = new Logger('Realtime');
  private readonly lanes = new ChannelLanes();
  private readonly transmit: (request: BroadcastRequest, recipients: Recipients | null) => Promise<void>;

  constructor(
    private readonly guard: BroadcastGuard,
    tracer: IRealtimeTracer,
    private readonly registry: HandlerRegistry,
    private readonly hooks: RealtimeHooks,
    private readonly caller: CallerContext,
  ) {
    super();
    this.transmit = withSpan(
      tracer,
      (request: BroadcastRequest, _recipients: Recipients | null) => spanOf(request),
      (request, recipients) => this.pass(request, recipients),
    );
  }

  /** Sends an event that has passed gate 4, and returns the number of recipients on this node. Calls come in the order of delivery. */
  protected abstract publish(event: EncodedEvent): number | Promise<number>;

  override broadcast(target: unknown, ...rest: unknown[]): Promise<void> {
    try {
      const destination = destinationOf(target);
      if (destination === null) return DONE;
      const { descriptor } = destination;
      const event = eventOf(descriptor, rest);
      const except = rest.length > 2 ? exceptionsOf(descriptor, rest[2], this.caller) : undefined;
      return this.transmit(this.requestOf(destination, event), except === undefined ? null : { except });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  override send(who: unknown, target: unknown, event: unknown, payload?: unknown): Promise<void> {
    try {
      const to = this.caller.demand(who, (problem) => new BroadcastFault(problem));
      const { descriptor, name } = addressOf(target);
      return this.transmit(this.requestOf({ descriptor, names: [name] }, namedEvent(descriptor, event, payload)), {
        to,
      });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  private requestOf({ descriptor, names }: Destination, { event, payload }: NamedEvent): BroadcastRequest {
    return new BroadcastRequest(names, descriptor, this.registry.get(descriptor) ?? null, event, payload);
  }

  private pass(request: BroadcastRequest, recipients: Recipients | null): Promise<void> {
    const passed: unknown = this.guard.canActivate(RealtimeExecutionContext.of(request, GuardedBroadcaster));
    if (passed !== true) throw new BroadcastFault(`${this.guard.constructor.name} refused the broadcast.`);
    const payload = this.strip(request);
    const { cause } = this.hooks;
    if (payload instanceof Promise || this.isAnyBusy(request.names))
      return this.publishInTurn(request, recipients, payload, cause);
    return this.publishNow(request, recipients, payload, cause) ?? DONE;
  }

  private isAnyBusy(names: readonly string[]): boolean {
    return !this.lanes.areFree && names.some((name) => this.lanes.isBusy(name));
  }

  private strip({ registered, channelName, event, payload }: BroadcastRequest): unknown {
    const validator = registered?.events.get(event);
    if (validator === undefined)
      throw new BroadcastFault(`Gate 4 let "${event}" pass, which "${channelName}" does not declare.`);
    try {
      return validator.strip(payload);
    } catch (error) {
      throw this.faultOf(error, channelName);
    }
  }

  /** @throws BroadcastFault when JSON cannot hold the payload. Errors of `publish` pass through unchanged. */
  private publishNow(
    request: BroadcastRequest,
    recipients: Recipients | null,
    payload: unknown,
    cause: object | null,
  ): Promise<void> | undefined {
    const { names, event, descriptor } = request;
    const json = this.encode(payload, request.channelName);
    const { flushMs, conflate, wire } = descriptor;
    const sent = this.publish({ channels: names, event, json, ...recipients, flushEveryMs: flushMs, conflate, wire });
    if (sent instanceof Promise) return sent.then((count) => this.announce(request, payload, json, count, cause));
    this.announce(request, payload, json, sent, cause);
    return undefined;
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
    recipients: Recipients | null,
    payload: unknown,
    cause: object | null,
  ): Promise<void> {
    const turns = request.names.map((name): Turn => this.lanes.take(name));
    const stripped = Promise.resolve(payload).catch((error: unknown) => {
      throw this.faultOf(error, request.channelName);
    });
    stripped.catch(() => undefined);
    try {
      for (const turn of turns) if (turn.ready) await turn.ready;
      await this.publishNow(request, recipients, await stripped, cause);
    } finally {
      for (const turn of turns) turn.release();
    }
  }

  private encode(payload: unknown, channel: string): string | undefined {
    try {
      return JSON.stringify(payload);
    } catch (error) {
      throw this.faultOf(error, channel);
    }
  }

  private faultOf(error: unknown, channel: string): BroadcastFault {
    const text = `A broadcast to "${channel}" was not sent because its payload is invalid: ${whyInvalid(error)}`;
    const fault = new BroadcastFault(text, { cause: error });
    this.logger.error(logLine(fault.message));
    return fault;
  }
}

function spanOf({ descriptor, event }: BroadcastRequest): SpanOptions {
  const { name: channel, events } = descriptor;
  const labels: Record<string, string> = { channel, ...(Object.hasOwn(events, event) && { event }) };
  const name = ['realtime-broadcast', ...Object.values(labels)].join(' ');
  return { op: 'realtime-broadcast', name, attributes: { gate: 'broadcast', ...labels }, kind: 'producer' };
}
