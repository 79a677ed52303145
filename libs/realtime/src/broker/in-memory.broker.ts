// How does an event reach the clients of a single node? At once, because there is no other node.
import { Injectable } from '@nestjs/common';
import type { EncodedEvent } from '../connections/encoded-event.js';
import { type BrokerSink, IRealtimeBroker } from './realtime.broker.js';

/** The default broker, for an application that runs as one process. No client can connect before it starts. */
@Injectable()
export class InMemoryRealtimeBroker extends IRealtimeBroker {
  private sink: BrokerSink | null = null;

  override start(sink: BrokerSink): void {
    this.sink = sink;
  }

  override stop(): void {
    this.sink = null;
  }

  override publish(event: EncodedEvent): number {
    return this.sink === null ? 0 : this.sink.deliver(event);
  }
}
