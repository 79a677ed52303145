// How does an event reach the clients of one node? At once: there is no other node to tell.
import { Injectable } from '@nestjs/common';
import type { EncodedEvent } from '../connections/encoded-event.js';
import { type BrokerSink, IRealtimeBroker } from './realtime.broker.js';

/** The broker of an application that runs as one process; the default. Before it starts, no client can be connected. */
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
