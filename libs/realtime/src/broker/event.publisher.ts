// Which ways does an event take that has passed gate 4? To the members of this node at once, and through the broker to all others.
import { Injectable } from '@nestjs/common';
import type { EncodedEvent } from '../connections/encoded-event.js';
import { Membership } from '../connections/channel.membership.js';
import { IRealtimeServer } from '../connections/realtime.server.js';
import { IRealtimeTracer } from '../instrumentation/realtime.tracer.js';
import type { KeptLog } from '../connections/registered-channel.js';
import { ChannelLogs } from './channel.logs.js';
import { IRealtimeBroker } from './realtime.broker.js';
import { RoomRecordings } from './room.recordings.js';

/** The log that an event is appended to. */
export interface Log {
  readonly kept: KeptLog;
  readonly idempotencyKey?: string | undefined;
}

@Injectable()
export class EventPublisher {
  constructor(
    private readonly broker: IRealtimeBroker,
    private readonly server: IRealtimeServer,
    private readonly logs: ChannelLogs,
    private readonly membership: Membership,
    private readonly tracer: IRealtimeTracer,
    private readonly recordings: RoomRecordings,
  ) {}

  /**
   * Returns, or resolves with, the number of this node's subscribers that get the event. Calls come in the order of delivery. With `log`,
   * members hear of it through the log: at the same time on all nodes, in one order.
   */
  publish(event: EncodedEvent, log: Log | null = null): number | Promise<number> {
    if (log !== null) return this.append(event, log);
    const recipients = this.server.deliver(event);
    this.recordings.add(event);
    return this.broker.isLocal ? recipients : this.broker.publish(this.traced(event)).then(() => recipients);
  }

  private async append(event: EncodedEvent, { kept, idempotencyKey }: Log): Promise<number> {
    const [channel] = event.channels;
    const { times } = this.logs.counts;
    const begin = times === null ? 0 : performance.now();
    await this.broker.publish(this.traced(event), { ...kept, idempotencyKey, known: this.logs.positionOf(channel) });
    times?.published((performance.now() - begin) / 1e3);
    return this.membership.get(channel)?.size ?? 0;
  }

  /** With the span in which it is broadcast, for the nodes that deliver it. On a single node nothing else would see it. */
  private traced(event: EncodedEvent): EncodedEvent {
    const trace = this.broker.isLocal ? undefined : this.tracer.traceparent?.();
    return trace === undefined ? event : { ...event, trace };
  }
}
