// Broadcasts that reach browsers (ADR-016: SocketIORealtimeBroadcaster).
import { Injectable } from '@nestjs/common';
import { GuardedBroadcaster } from '../broadcast/guarded.broadcaster.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import type { EncodedEvent } from '../connections/encoded-event.js';
import { IRealtimeServer } from '../connections/realtime.server.js';
import { BroadcastGuard } from '../guards/broadcast.guard.js';
import { IRealtimeTracer } from '../instrumentation/realtime.tracer.js';
import { RealtimeHooks } from '../realtime.hooks.js';

/** Publishes to the clients of this node. */
@Injectable()
export class SocketIORealtimeBroadcaster extends GuardedBroadcaster {
  constructor(
    guard: BroadcastGuard,
    tracer: IRealtimeTracer,
    registry: HandlerRegistry,
    hooks: RealtimeHooks,
    private readonly server: IRealtimeServer,
  ) {
    super(guard, tracer, registry, hooks);
  }

  protected override publish(event: EncodedEvent): number {
    return this.server.deliver(event);
  }
}
