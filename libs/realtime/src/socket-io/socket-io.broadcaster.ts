// How do broadcasts reach browsers? Through the broker, to the Socket.IO servers of all nodes (docs/decisions/0001#decision-2).
import { Injectable } from '@nestjs/common';
import { GuardedBroadcaster } from '../broadcast/guarded.broadcaster.js';
import { EventPublisher, type Log } from '../broker/event.publisher.js';
import { IRealtimeServer } from '../connections/realtime.server.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import { CallerContext } from '../connections/caller.context.js';
import type { EncodedEvent } from '../connections/encoded-event.js';
import { BroadcastGuard } from '../guards/broadcast.guard.js';
import { IRealtimeTracer } from '../instrumentation/realtime.tracer.js';
import { RealtimeHooks } from '../realtime.hooks.js';

/** Publishes through the broker, to the clients of every node. */
@Injectable()
export class SocketIORealtimeBroadcaster extends GuardedBroadcaster {
  constructor(
    guard: BroadcastGuard,
    tracer: IRealtimeTracer,
    registry: HandlerRegistry,
    hooks: RealtimeHooks,
    caller: CallerContext,
    private readonly publisher: EventPublisher,
    private readonly server: IRealtimeServer,
  ) {
    super(guard, tracer, registry, hooks, caller);
  }

  protected override publish(event: EncodedEvent, log: Log | null): number | Promise<number> {
    const sent = this.publisher.publish(event, log);
    const pressure = this.server.pressure();
    return pressure === null ? sent : Promise.all([sent, pressure]).then(([count]) => count);
  }
}
