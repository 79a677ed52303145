// How does an entry of a log reach the members of its channel? As an event with its offset, encoded once for all of them.
import { Logger } from '@nestjs/common';
import type { ChannelMatch } from '../connections/channel-match.js';
import type { EncodedEvent } from '../connections/encoded-event.js';
import type { IRealtimeServer } from '../connections/realtime.server.js';
import type { IRealtimeTracer } from '../instrumentation/realtime.tracer.js';
import { warnRepeated } from '../instrumentation/repeated-log.js';
import type { BrokerCounts } from './broker.counts.js';
import { type Deliver, tracedDelivery } from './traced-delivery.js';
import type { LogListener } from './channel-log.js';

export class LogDelivery {
  onReset: (channel: string) => void = () => undefined;

  private readonly logger = new Logger('Realtime');
  private readonly deliver: Deliver;

  constructor(
    private readonly server: IRealtimeServer,
    private readonly counts: BrokerCounts,
    tracer: IRealtimeTracer,
  ) {
    this.deliver = tracedDelivery(tracer, server);
  }

  /** The listener for the log of one channel. */
  of({ name, registered }: ChannelMatch): LogListener {
    const { descriptor, events } = registered;
    const channels = [name];
    return {
      deliver: ({ offset, event }) => {
        // Offsets have no gaps, so an event that only nodes of another release declare is skipped in its place.
        const isSkipped = !events.has(event.event);
        const sent: EncodedEvent = { channels, ...event, offset, isSkipped, flushEveryMs: descriptor.flushMs };
        try {
          this.deliver(sent, descriptor.name);
        } catch (error) {
          // One entry that a broker should not have passed on must not stop the log.
          warnRepeated(this.logger, 'An entry of a log could not be delivered', error);
          this.server.deliver({ channels, event: event.event, json: undefined, offset, isSkipped: true });
        }
      },
      reset: () => this.onReset(name),
      noted: (what, cause) => {
        if (what === 'refill') this.counts.refills[cause ?? 'check']++;
        else this.counts[COUNTED[what]]++;
      },
    };
  }
}

const COUNTED = { fork: 'forks', reset: 'resets', shared: 'sharedReads' } as const;
