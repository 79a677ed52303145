// What does this node do with what its broker has received from other nodes?
import { Injectable, Logger } from '@nestjs/common';
import { ChannelLogs } from '../broker/channel.logs.js';
import { type Deliver, tracedDelivery } from '../broker/traced-delivery.js';
import type { LogFrame } from '../broker/log-frame.js';
import type { BrokerSink, ControlCommand } from '../broker/realtime.broker.js';
import { RoomRecordings } from '../broker/room.recordings.js';
import { Membership } from '../connections/channel.membership.js';
import type { EncodedEvent } from '../connections/encoded-event.js';
import type { RegisteredChannel } from '../connections/registered-channel.js';
import { IRealtimeServer } from '../connections/realtime.server.js';
import { PresenceChannels } from '../presence/presence.channels.js';
import { OnlineHints } from '../presence/online.hints.js';
import { WatchLists } from '../presence/watch.lists.js';
import { IRealtimeTracer } from '../instrumentation/realtime.tracer.js';
import { warnRepeated } from '../instrumentation/repeated-log.js';
import { ConnectionActs } from './connection.acts.js';

@Injectable()
export class NodeSink implements BrokerSink {
  private readonly logger = new Logger('Realtime');
  private readonly send: Deliver;

  constructor(
    server: IRealtimeServer,
    private readonly membership: Membership,
    private readonly acts: ConnectionActs,
    private readonly logs: ChannelLogs,
    private readonly recordings: RoomRecordings,
    private readonly presence: PresenceChannels,
    private readonly hints: OnlineHints,
    private readonly watches: WatchLists,
    tracer: IRealtimeTracer,
  ) {
    this.send = tracedDelivery(tracer, server);
  }

  /**
   * An event that no channel of this node declares comes from a node of another release, or from a stranger. Its name is not escaped later.
   *
   * Security note: reads what another process has sent.
   */
  deliver(event: EncodedEvent): void {
    this.logs.counts.received.event++;
    try {
      if (!this.hints.take(event)) this.deliverDeclared(event);
    } catch (error) {
      warnRepeated(this.logger, 'An event of another node could not be delivered', error);
    }
  }

  private deliverDeclared(event: EncodedEvent): void {
    const registered = event.channels.map((name) => this.registeredOf(name)).find((channel) => channel !== undefined);
    if (registered === undefined) return;
    const { descriptor, events, messages } = registered;
    if (!events.has(event.event) && messages.get(event.event)?.whisper !== true) return;
    const { flushMs, conflate, wire } = descriptor;
    this.send({ ...event, flushEveryMs: flushMs, conflate, wire }, descriptor.name);
    this.recordings.add(event);
  }

  /** Of a channel that has members here, or whose state is being asked for. */
  private registeredOf(channel: string): RegisteredChannel | undefined {
    return this.membership.get(channel)?.registered ?? this.recordings.registeredOf(channel);
  }

  /** The broker's port says no more of it than that it has come: a log checks it against what it has delivered. */
  receive(frame: LogFrame): void {
    this.logs.counts.received.frame++;
    this.logs.receive(frame);
  }

  async act(command: ControlCommand): Promise<void> {
    await this.acts.act(command);
  }

  renewAll(): Promise<void> {
    return this.acts.renewAll();
  }

  gone(): void {
    this.logs.gone();
  }

  rejoined(): void {
    this.logs.rejoined();
    this.presence.rejoined();
    this.watches.rejoined();
  }
}
