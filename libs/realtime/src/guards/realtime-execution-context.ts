// How does a guard read the request at a gate? Through Nest's ExecutionContext in realtime terms, as GqlExecutionContext does for GraphQL.
import type { ExecutionContext } from '@nestjs/common';
import type { AnyChannel, ChannelAddress } from '@nestjs-realtime/contract';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import { ExecutionContextHost } from '../channels/nest-internals.js';
import { gateArguments } from '../connections/gate-arguments.js';
import type { RealtimeConnection } from '../connections/realtime.connection.js';
import { type RealtimeGate, RealtimeRequest } from '../connections/realtime-request.js';
import { RealtimeFault } from '../realtime.exception.js';

/**
 * An `ExecutionContext` of one of the four gates. `getType()` stays `'ws'`.
 *
 * @example
 * canActivate(context: ExecutionContext) {
 *   const realtime = RealtimeExecutionContext.create(context);
 *   return this.orders.hasMember(realtime.getParams().orderId, realtime.getUser()?.userId);
 * }
 */
export class RealtimeExecutionContext extends ExecutionContextHost {
  /** @throws RealtimeFault when the context belongs to another transport; check `RealtimeExecutionContext.is(context)` first. */
  static create(context: ExecutionContext): RealtimeExecutionContext {
    if (context instanceof RealtimeExecutionContext) return context;
    if (!RealtimeExecutionContext.is(context)) {
      throw new RealtimeFault(
        `This ${context.getType()} context does not belong to a realtime gate; check RealtimeExecutionContext.is(context) before create().`,
      );
    }
    const realtime = new RealtimeExecutionContext(context.getArgs(), context.getClass(), context.getHandler());
    realtime.setType('ws');
    return realtime;
  }

  /** Whether the context belongs to one of the four gates. */
  static is(context: ExecutionContext): boolean {
    return context.getType() === 'ws' && context.getArgs()[2] instanceof RealtimeRequest;
  }

  /** A context for the library's own gates, which belong to no handler. */
  static of(request: RealtimeRequest, type: abstract new (...args: never[]) => unknown): RealtimeExecutionContext {
    const context = new RealtimeExecutionContext(gateArguments(request), type as never, type);
    context.setType('ws');
    return context;
  }

  getRequest<Request extends RealtimeRequest = RealtimeRequest>(): Request {
    return this.getArgByIndex<Request>(2);
  }

  getGate(): RealtimeGate {
    return this.getRequest().gate;
  }

  /** The channel; null at gate 1 and for an unknown one. With a descriptor: its channel with typed params, null for any other. */
  getChannel(): ChannelAddress | null;
  getChannel<Channel extends AnyChannel>(descriptor: Channel): ChannelAddress<Channel> | null;
  getChannel(descriptor?: AnyChannel): ChannelAddress | null {
    const { channel } = this.getRequest();
    return descriptor === undefined || channel?.descriptor === descriptor ? channel : null;
  }

  /** Params of the concrete channel; empty if there are none. */
  getParams(): Readonly<Record<string, string>> {
    return this.getRequest().params;
  }

  /** Null for an anonymous connection, and at gate 4. */
  getUser(): RealtimeUser | null {
    return this.getRequest().user;
  }

  /** Null at gate 4: a broadcast has no connection. */
  getConnection(): RealtimeConnection | null {
    return this.getRequest().connection;
  }

  /** At gate 1 the handshake being checked, later the last accepted one; null at gate 4. */
  getHandshake(): RealtimeHandshake | null {
    return this.getRequest().handshake;
  }
}
