// Broadcasts without a transport, for scripts and tests: it remembers what would have gone out (ADR-016, decision 2).
import { Injectable } from '@nestjs/common';
import type { EncodedEvent } from '../connections/encoded-event.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import { BroadcastGuard } from '../guards/broadcast.guard.js';
import { IRealtimeTracer } from '../instrumentation/realtime.tracer.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { GuardedBroadcaster } from './guarded.broadcaster.js';

/** One broadcast as it would have gone out: stripped to its schema, through JSON. */
export interface InMemoryBroadcast {
  readonly channel: string;
  readonly event: string;
  readonly payload: unknown;
}

/**
 * Keeps every broadcast in a flat array; it has no rooms and no clients. Ask for it with `transport: 'in-memory'`; refused when
 * `NODE_ENV=production`.
 */
@Injectable()
export class InMemoryRealtimeBroadcaster extends GuardedBroadcaster {
  readonly broadcasts: InMemoryBroadcast[] = [];

  constructor(guard: BroadcastGuard, tracer: IRealtimeTracer, registry: HandlerRegistry, hooks: RealtimeHooks) {
    super(guard, tracer, registry, hooks);
  }

  protected override publish({ channel, event, json }: EncodedEvent): void {
    this.broadcasts.push({ channel, event, payload: JSON.parse(json) as unknown });
  }
}
