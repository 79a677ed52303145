// What goes on in each channel? Subscribers, rates, and a minute of broadcasts.
import type { RealtimeChannelDescriptor, RealtimeHooks } from 'nestjs-realtime';
import type { ChannelRow, Listing } from '../wire/feed.frames.js';
import { isOwnChannel } from '../own-traffic.js';
import { cutName } from '../rows/cut.js';
import { listingOf, MOST_ROWS } from '../rows/listing.js';
import { type ChannelActivity, ChannelTable } from './channel-table.js';

interface Told {
  readonly channel: string;
  readonly descriptor: RealtimeChannelDescriptor;
}

export class ChannelsCollector {
  private readonly table = new ChannelTable();

  constructor(hooks: RealtimeHooks) {
    hooks.on('subscribed', (told) => this.touch(told, countSubscriber));
    hooks.on('unsubscribed', (told) => {
      if (this.table.has(told.channel)) this.touch(told, discountSubscriber);
    });
    hooks.on('broadcast', (told) => this.touch(told, countBroadcast));
    hooks.on('handled', (told) => this.touch(told, countMessage));
  }

  /** Busiest first. `rooms`: channels with members there are. */
  listing(at: number, rooms: number): Listing<ChannelRow> {
    const active = this.table.active(at).sort((one, other) => busyness(other, at) - busyness(one, at));
    const total = Math.max(this.table.joinedCount, rooms) + this.table.passingCount;
    return listingOf(
      active.slice(0, MOST_ROWS).map((activity) => rowOf(activity, at)),
      total,
    );
  }

  private touch<Event extends Told>(told: Event, change: (activity: ChannelActivity, told: Event) => void): void {
    const { channel, descriptor } = told;
    if (!isOwnChannel(channel)) this.table.touch(channel, descriptor.name, told, change);
  }
}

function countSubscriber(activity: ChannelActivity): void {
  activity.subscribers++;
}

function discountSubscriber(activity: ChannelActivity): void {
  activity.subscribers = Math.max(0, activity.subscribers - 1);
}

function countBroadcast(activity: ChannelActivity, { recipients }: { readonly recipients: number }): void {
  activity.broadcasts.add(Date.now());
  activity.subscribers = recipients;
}

function countMessage(activity: ChannelActivity): void {
  activity.messages.add(Date.now());
}

function busyness({ broadcasts, messages, subscribers }: ChannelActivity, at: number): number {
  return broadcasts.last(at) + messages.last(at) + subscribers / 1_000_000;
}

function rowOf({ channel, template, subscribers, broadcasts, messages }: ChannelActivity, at: number): ChannelRow {
  return {
    channel: cutName(channel),
    template: cutName(template),
    subscribers,
    broadcastsPerSecond: broadcasts.last(at),
    messagesPerSecond: messages.last(at),
    sparkline: broadcasts.history(at),
  };
}
