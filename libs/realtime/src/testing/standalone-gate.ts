// How does a broadcast pass gate 4 without a module? Its channel is registered first; the rest is as in an application.
import type { ChannelAddress, RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import { GuardedBroadcaster } from '../broadcast/guarded.broadcaster.js';
import { type RecordedBroadcast, recordOf } from '../broadcast/recorded-broadcast.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
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
    super(new BroadcastGuard(), new NoopTracer(), channels, new RealtimeHooks());
  }

  /** Asynchronous because class-validator, which is optional, is loaded here. */
  static async open(passed: (broadcast: RecordedBroadcast) => void): Promise<StandaloneGate> {
    const schemas = new PayloadSchemaCompiler(await ClassSchemaCompiler.load());
    return new StandaloneGate(new HandlerRegistry(schemas, new NoopTracer()), passed);
  }

  override async broadcast(target: ChannelAddress | RealtimeChannelDescriptor, ...rest: unknown[]): Promise<void> {
    this.register(target);
    await super.broadcast(target, ...rest);
  }

  protected override publish(event: EncodedEvent): number {
    this.passed(recordOf(event));
    return 0;
  }

  /** Throws to the caller the faults that an application reports at boot. */
  private register(target: ChannelAddress | RealtimeChannelDescriptor): void {
    if (typeof target !== 'object' || target === null) return;
    const descriptor = 'descriptor' in target ? target.descriptor : target;
    if (!descriptor?.template) return;
    try {
      this.channels.registerChannel(descriptor, 'a broadcast');
    } catch (error) {
      throw error instanceof RealtimeFault ? new BroadcastFault(error.message, { cause: error }) : error;
    }
  }
}
