// How does a broadcast pass gate 4 without a module? Its channel is registered first; the rest is as in an application.
import { destinationOf } from '../broadcast/broadcast-target.js';
import { GuardedBroadcaster } from '../broadcast/guarded.broadcaster.js';
import { type RecordedBroadcast, recordsOf } from '../broadcast/recorded-broadcast.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import { CallerContext } from '../connections/caller.context.js';
import type { EncodedEvent } from '../connections/encoded-event.js';
import { BroadcastFault, BroadcastGuard } from '../guards/broadcast.guard.js';
import { NoopTracer } from '../instrumentation/realtime.tracer.js';
import { ClassSchemaCompiler } from '../payloads/class-schema.js';
import { PayloadSchemaCompiler } from '../payloads/payload-schema.compiler.js';
import { RealtimeFault } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';

/** Gate 4 with a registry of its own. */
export class StandaloneGate extends GuardedBroadcaster {
  private constructor(
    private readonly channels: HandlerRegistry,
    private readonly passed: (broadcast: RecordedBroadcast) => void,
  ) {
    super(new BroadcastGuard(), new NoopTracer(), channels, new RealtimeHooks(), new CallerContext());
  }

  /** Asynchronous because class-validator, which is optional, is loaded here. */
  static async open(passed: (broadcast: RecordedBroadcast) => void): Promise<StandaloneGate> {
    const schemas = new PayloadSchemaCompiler(await ClassSchemaCompiler.load());
    return new StandaloneGate(new HandlerRegistry(schemas, new NoopTracer()), passed);
  }

  override async broadcast(target: unknown, ...rest: unknown[]): Promise<void> {
    this.register(target);
    await super.broadcast(target, ...rest);
  }

  override async send(who: unknown, target: unknown, event: unknown, payload?: unknown): Promise<void> {
    this.register(target);
    await super.send(who, target, event, payload);
  }

  protected override publish(event: EncodedEvent): number {
    for (const record of recordsOf(event)) this.passed(record);
    return 0;
  }

  /** Throws to the caller the faults that an application reports at boot. */
  private register(target: unknown): void {
    const destination = destinationOf(target);
    if (destination === null) return;
    try {
      this.channels.registerChannel(destination.descriptor, 'a broadcast');
    } catch (error) {
      throw error instanceof RealtimeFault ? new BroadcastFault(error.message, { cause: error }) : error;
    }
  }
}
