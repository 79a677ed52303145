// How do processes without clients broadcast? Behind gate 4 through the broker, whose answer they wait for.
import { Injectable } from '@nestjs/common';
import type { Log } from '../broker/event.publisher.js';
import { PublisherLink } from '../broker/publisher.link.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import { CallerContext } from '../connections/caller.context.js';
import type { EncodedEvent } from '../connections/encoded-event.js';
import { BroadcastGuard } from '../guards/broadcast.guard.js';
import { IRealtimeTracer } from '../instrumentation/realtime.tracer.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { GuardedBroadcaster } from './guarded.broadcaster.js';

/** Selected with `mode: 'publisher'`. */
@Injectable()
export class PublisherBroadcaster extends GuardedBroadcaster {
  constructor(
    guard: BroadcastGuard,
    tracer: IRealtimeTracer,
    registry: HandlerRegistry,
    hooks: RealtimeHooks,
    caller: CallerContext,
    private readonly link: PublisherLink,
  ) {
    super(guard, tracer, registry, hooks, caller);
  }

  /** What nothing waits for is sent before the process ends, too. */
  override broadcast(target: unknown, ...rest: unknown[]): Promise<void> {
    return this.tracked(super.broadcast(target, ...rest));
  }

  override send(who: unknown, target: unknown, event: unknown, payload?: unknown): Promise<void> {
    return this.tracked(super.send(who, target, event, payload));
  }

  /** No client of this process gets it. */
  protected override async publish(event: EncodedEvent, log: Log | null): Promise<number> {
    await this.link.publish(event, log);
    return 0;
  }

  private tracked(sent: Promise<void>): Promise<void> {
    this.link.track(sent);
    return sent;
  }
}
