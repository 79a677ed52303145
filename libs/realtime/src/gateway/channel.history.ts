// What does an application read of a channel's log? The same pages as a client, without the client's bounds on their number.
import { Injectable } from '@nestjs/common';
import { type AnyChannel, type ChannelTarget, type HistoryPage, type Position } from '@nestjs-realtime/contract';
import { endOf, entriesAfter, type HistoryPart, newestEntries } from '../broker/log-pages.js';
import { IRealtimeBroker } from '../broker/realtime.broker.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import { concreteChannel } from '../connections/channel-target.js';
import { type HistoryQuery, IRealtimeHistory } from '../connections/realtime.history.js';
import type { RegisteredChannel } from '../connections/registered-channel.js';
import { RealtimeFault } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';
import { isPosition } from './request-frames.js';

/** The events of a page as clients hear them. Those that only another release declares are left out. */
export function eventsOf({ entries }: HistoryPart, { events }: RegisteredChannel) {
  return entries
    .filter(({ event }) => events.has(event.event))
    .map(({ offset, event: { event, json } }) => ({
      offset,
      event,
      payload: json === undefined ? null : (JSON.parse(json) as unknown),
    }));
}

@Injectable()
export class ChannelHistory extends IRealtimeHistory {
  constructor(
    private readonly broker: IRealtimeBroker,
    private readonly registry: HandlerRegistry,
    private readonly options: RealtimeOptions,
  ) {
    super();
  }

  override async position(target: unknown): Promise<Position> {
    const { name } = this.channelOf(target);
    return endOf(await this.broker.read(name, null));
  }

  override async read<Channel extends AnyChannel>(
    target: ChannelTarget<Channel>,
    query: HistoryQuery = {},
  ): Promise<HistoryPage<Channel>> {
    const { name, registered } = this.channelOf(target);
    const { since, limit = registered.log!.size } = query;
    demandQuery(name, since, limit);
    const part = await this.part(name, since, limit);
    return { events: eventsOf(part, registered) as never, position: part.position };
  }

  /** Part of the log of a channel that has one. */
  part(name: string, since: Position | undefined, limit: number): Promise<HistoryPart> {
    const { broker, options } = this;
    if (since !== undefined) return entriesAfter(broker, name, since, limit, options.recoverBytes);
    return newestEntries(broker, name, limit, options.recoverBytes);
  }

  private channelOf(target: unknown): { readonly name: string; readonly registered: RegisteredChannel } {
    const { descriptor, name } = concreteChannel(target, (problem) => new RealtimeFault(problem));
    const registered = this.registry.get(descriptor);
    if (registered === undefined) {
      throw new RealtimeFault(
        `Channel "${descriptor.name}" is not registered; add it to RealtimeModule.forFeature([...]) or provide its @RealtimeChannel class.`,
      );
    }
    if (registered.log !== null) return { name, registered };
    throw new RealtimeFault(
      `Channel "${descriptor.name}" has no history to read; declare it with history: true, or { size, ttl }.`,
    );
  }
}

/** The types say so already; JavaScript and casts do not. */
function demandQuery(channel: string, since: unknown, limit: unknown): void {
  if (since !== undefined && !isPosition(since)) {
    throw new RealtimeFault(
      `The history of "${channel}" is read since something that is no position; pass { epoch, offset }, as position() returns it.`,
    );
  }
  if (Number.isSafeInteger(limit) && (limit as number) > 0) return;
  throw new RealtimeFault(
    `The history of "${channel}" is read with a limit that is no whole number above 0; pass one, or none.`,
  );
}
