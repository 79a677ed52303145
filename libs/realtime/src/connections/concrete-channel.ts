// What is known of one concrete channel that is broadcast to?
import type { RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import type { JoinedChannel } from './subscriptions.js';

/** A name that its template matches. */
export class ConcreteChannel implements JoinedChannel {
  private known: Readonly<Record<string, string>> | null = null;

  constructor(
    readonly name: string,
    readonly descriptor: RealtimeChannelDescriptor,
  ) {}

  /** Made when first asked for: most are never asked. */
  get params(): Readonly<Record<string, string>> {
    return (this.known ??= this.descriptor.template.match(this.name)!);
  }
}
