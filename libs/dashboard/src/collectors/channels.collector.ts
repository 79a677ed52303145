// How busy is each channel? Subscribers, rates, and the broadcasts of the last minute.
import type { ChannelAddress, RealtimeHooks } from 'nestjs-realtime';
import type { ChannelRow, Listing } from '../wire/feed.frames.js';
import { isOwnChannel } from '../own-traffic.js';
import { cutKey } from '../rows/cut.js';
import { listingOf, MOST_ROWS } from '../rows/listing.js';
import { type ChannelActivity, ChannelTable } from './channel-table.js';

/** What every hook about a channel reports. */
interface ChannelEvent {
  readonly channel: ChannelAddress;
}

export class ChannelsCollector {
  private readonly table = new ChannelTable();

  constructor(
    hooks: RealtimeHooks,
    private readonly membersIn: (channel: string) => number | null,
  ) {
    hooks.on('subscribed', (event) => this.touch(event, countSubscriber));
    hooks.on('unsubscribed', (event) => {
      if (this.table.has(event.channel.name)) this.touch(event, discountSubscriber);
    });
    hooks.on('broadcast', (event) => this.touch(event, countBroadcast));
    hooks.on('handled', (event) => this.touch(event, countMessage));
  }

  /** Busiest first. `rooms` is the number of channels with members. */
  listing(at: number, rooms: number): Listing<ChannelRow> {
    const active = this.table.active(at).sort((one, other) => busyness(other, at) - busyness(one, at));
    const total = Math.max(this.table.joinedCount, rooms) + this.table.passingCount;
    return listingOf(
      active.slice(0, MOST_ROWS).map((activity) => rowOf(activity, at, this.membersIn(activity.channel))),
      total,
    );
  }

  private touch<Event extends ChannelEvent>(
    event: Event,
    change: (activity: ChannelActivity, event: Event) => void,
  ): void {
    const { name, descriptor } = event.channel;
    if (!isOwnChannel(name)) this.table.touch(name, descriptor.name, event, change);
  }
}

function countSubscriber(activity: ChannelActivity): void {
  activity.subscribers++;
}

function discountSubscriber(activity: ChannelActivity): void {
  activity.subscribers = Math.max(0, activity.subscribers - 1);
}

function countBroadcast(activity: ChannelActivity): void {
  activity.broadcasts.add(Date.now());
}

function countMessage(activity: ChannelActivity): void {
  activity.messages.add(Date.now());
}

function busyness({ broadcasts, messages, subscribers }: ChannelActivity, at: number): number {
  return broadcasts.last(at) + messages.last(at) + subscribers / 1_000_000;
}

function rowOf(activity: ChannelActivity, at: number, members: number | null): ChannelRow {
  const { channel, template, subscribers, broadcasts, messages } = activity;
  return {
    channel: cutKey(channel),
    template: cutKey(template),
    subscribers,
    members,
    broadcastsPerSecond: broadcasts.last(at),
    messagesPerSecond: messages.last(at),
    sparkline: broadcasts.history(at),
  };
}
