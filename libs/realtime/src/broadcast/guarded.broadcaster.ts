// Which steps does every broadcast take, on any transport? Gate 4, the schema and one encoding; the transport does the rest.
import { Logger } from '@nestjs/common';
import type { ChannelAddress, RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import { HandlerRegistry } from '../channels/handler.registry.js';
import { ChannelLanes } from '../connections/channel-lanes.js';
import type { EncodedEvent } from '../connections/encoded-event.js';
import { BroadcastRequest } from '../connections/realtime-request.js';
import { BroadcastFault, BroadcastGuard } from '../guards/broadcast.guard.js';
import { RealtimeExecutionContext } from '../guards/realtime-execution-context.js';
import { logLine, thrownText } from '../instrumentation/log-text.js';
import { IRealtimeTracer, type SpanOptions } from '../instrumentation/realtime.tracer.js';
import { withSpan } from '../instrumentation/with-span.js';
import { RealtimeException } from '../realtime.exception.js';
import { type RealtimeHookEvents, RealtimeHooks } from '../realtime.hooks.js';
import { IRealtimeBroadcaster } from './realtime.broadcaster.js';

/** Shared by all broadcasts that are sent synchronously. */
const DONE = Promise.resolve();

/** A broadcaster that passes gate 4 before it publishes. */
export abstract class GuardedBroadcaster extends IRealtimeBroadcaster {
  private readonly logger = new Logger('Realtime');
  private readonly lanes = new ChannelLanes();
  private readonly send: (request: BroadcastRequest) => Promise<void>;

  constructor(
    private readonly guard: BroadcastGuard,
    tracer: IRealtimeTracer,
    private readonly registry: HandlerRegistry,
    private readonly hooks: RealtimeHooks,
  ) {
    super();
    this.send = withSpan(tracer, spanOf, (request) => this.pass(request));
  }

  /** Sends an event that has passed gate 4, and returns the number of recipients on this node. Calls come in the order of delivery. */
  protected abstract publish(event: EncodedEvent): number | Promise<number>;

  override broadcast(target: ChannelAddress | RealtimeChannelDescriptor, ...rest: unknown[]): Promise<void> {
    try {
      return this.send(this.requestOf(target, rest));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  private pass(request: BroadcastRequest): Promise<void> {
    const passed: unknown = this.guard.canActivate(RealtimeExecutionContext.of(request, GuardedBroadcaster));
    if (passed !== true) throw new BroadcastFault(`${this.guard.constructor.name} refused the broadcast.`);
    const payload = this.strip(request);
    const { cause } = this.hooks;
    if (payload instanceof Promise || this.lanes.isBusy(request.channel))
      return this.publishInTurn(request, payload, cause);
    return this.publishNow(request, payload, cause) ?? DONE;
  }

  private requestOf(target: ChannelAddress | RealtimeChannelDescriptor, rest: unknown[]): BroadcastRequest {
    if (typeof target !== 'object' || target === null) {
      throw new BroadcastFault(
        'A broadcast names no channel; pass a descriptor or channel.with({ ... }). If you did, an import cycle may have left it undefined.',
      );
    }
    const descriptor = 'descriptor' in target ? target.descriptor : target;
    const { name } = target;
    if (!descriptor.template?.matches(name)) {
      throw new BroadcastFault(
        `"${name}" is not a concrete name of channel "${descriptor.name}"; broadcast to channel.with({ ... }).`,
      );
    }
    const [event, payload] = rest.length > 1 ? rest : [onlyEventOf(descriptor), rest[0]];
    return new BroadcastRequest(name, descriptor, this.registry.get(descriptor) ?? null, event as string, payload);
  }

  private strip({ registered, channel, event, payload }: BroadcastRequest): unknown {
    const validator = registered?.events.get(event);
    if (validator === undefined)
      throw new BroadcastFault(`Gate 4 let "${event}" pass, which "${channel}" does not declare.`);
    try {
      return validator.strip(payload);
    } catch (error) {
      throw this.faultOf(error, channel);
    }
  }

  /** @throws BroadcastFault when JSON cannot hold the payload. Errors of `publish` pass through unchanged. */
  private publishNow(request: BroadcastRequest, payload: unknown, cause: object | null): Promise<void> | undefined {
    const { channel, event, descriptor } = request;
    const json = this.encode(payload, channel);
    const { flush, conflate } = descriptor;
    const recipients = this.publish({ channel, event, json, flushEveryMs: flush?.everyMs, conflate });
    const bytes = json.length;
    if (recipients instanceof Promise) {
      return recipients.then((count) =>
        this.announce({ descriptor, channel, event, bytes, recipients: count, payload, cause }),
      );
    }
    if (this.hooks.hears('broadcast')) this.announce({ descriptor, channel, event, bytes, recipients, payload, cause });
    return undefined;
  }

  private announce(broadcast: RealtimeHookEvents['broadcast']): void {
    this.hooks.emit('broadcast', () => broadcast);
  }

  /** Keeps the order of a channel's broadcasts when an earlier one waits for its asynchronous schema. */
  private async publishInTurn(request: BroadcastRequest, payload: unknown, cause: object | null): Promise<void> {
    const turn = this.lanes.take(request.channel);
    const stripped = Promise.resolve(payload).catch((error: unknown) => {
      throw this.faultOf(error, request.channel);
    });
    stripped.catch(() => undefined);
    try {
      if (turn.ready) await turn.ready;
      await this.publishNow(request, await stripped, cause);
    } finally {
      turn.release();
    }
  }

  private encode(payload: unknown, channel: string): string {
    try {
      return JSON.stringify(payload) ?? 'null';
    } catch (error) {
      throw this.faultOf(error, channel);
    }
  }

  private faultOf(error: unknown, channel: string): BroadcastFault {
    const why =
      error instanceof RealtimeException
        ? (error.issues?.map(({ path, message }) => `${path === '' ? 'payload' : path}: ${message}`).join('; ') ??
          error.reason)
        : thrownText(error);
    const text = `A broadcast to "${channel}" was not sent because its payload is invalid: ${why}`;
    const fault = new BroadcastFault(text, { cause: error });
    this.logger.error(logLine(fault.message));
    return fault;
  }
}

function onlyEventOf(descriptor: RealtimeChannelDescriptor): string {
  const events = Object.keys(descriptor.events);
  if (events.length === 1) return events[0];
  throw new BroadcastFault(
    `Channel "${descriptor.name}" declares ${events.length} events; name one: broadcast(channel, event, payload).`,
  );
}

function spanOf({ descriptor, event }: BroadcastRequest): SpanOptions {
  const { name: channel, events } = descriptor;
  const labels: Record<string, string> = { channel, ...(Object.hasOwn(events, event) && { event }) };
  const name = ['realtime-broadcast', ...Object.values(labels)].join(' ');
  return { op: 'realtime-broadcast', name, attributes: { gate: 'broadcast', ...labels }, kind: 'producer' };
}
