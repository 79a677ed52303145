// What makes an event of what an application says? Gate 4, the schema, and one encoding as JSON.
import { Logger } from '@nestjs/common';
import { HandlerRegistry } from '../channels/handler.registry.js';
import { BroadcastRequest } from '../connections/realtime-request.js';
import { BroadcastFault, BroadcastGuard } from '../guards/broadcast.guard.js';
import { RealtimeExecutionContext } from '../guards/realtime-execution-context.js';
import { whyInvalid } from '../instrumentation/invalid-payload.js';
import { logLine } from '../instrumentation/log-text.js';
import type { NamedEvent } from './broadcast-event.js';
import type { Destination } from './broadcast-target.js';

export class OutboundGate {
  private readonly logger = new Logger('Realtime');

  /** @param host class on whose behalf the guard is asked. */
  constructor(
    private readonly guard: BroadcastGuard,
    private readonly registry: HandlerRegistry,
    private readonly host: Parameters<typeof RealtimeExecutionContext.of>[1],
  ) {}

  requestOf({ descriptor, names }: Destination, { event, payload }: NamedEvent): BroadcastRequest {
    return new BroadcastRequest(names, descriptor, this.registry.get(descriptor) ?? null, event, payload);
  }

  /**
   * Returns the payload as it leaves; an asynchronous schema gives a promise, whose rejection `faultOf` explains.
   *
   * @throws BroadcastFault for what must not be sent.
   */
  pass(request: BroadcastRequest): unknown {
    const passed: unknown = this.guard.canActivate(RealtimeExecutionContext.of(request, this.host));
    if (passed !== true) throw new BroadcastFault(`${this.guard.constructor.name} refused the broadcast.`);
    return this.strip(request);
  }

  /** @throws BroadcastFault when JSON cannot hold the payload. */
  encode(payload: unknown, channel: string): string | undefined {
    try {
      return JSON.stringify(payload);
    } catch (error) {
      throw this.faultOf(error, channel);
    }
  }

  faultOf(error: unknown, channel: string): BroadcastFault {
    const text = `A broadcast to "${channel}" was not sent because its payload is invalid: ${whyInvalid(error)}`;
    const fault = new BroadcastFault(text, { cause: error });
    this.logger.error(logLine(fault.message));
    return fault;
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
}
