// Which channels does the dashboard remember? Those with subscribers or recent traffic, a thousand at most.
import { PerSecond } from './per-second.js';

/** Most channels in the table. The bound holds even if clients invent names. */
export const MOST_CHANNELS = 1_000;

/** The counts of one concrete channel. */
export class ChannelActivity {
  readonly broadcasts = new PerSecond();
  readonly messages = new PerSecond();
  subscribers = 0;
  /** Whether it was active since `forgetOldest` last passed over it. */
  isRecent = false;

  constructor(
    readonly channel: string,
    readonly template: string,
  ) {}

  isIdle(at: number): boolean {
    return this.subscribers === 0 && this.broadcasts.isEmpty(at) && this.messages.isEmpty(at);
  }
}

/**
 * A full table forgets a channel without subscribers first, then one with subscribers; within each group the one that was quiet longest. A
 * channel without subscribers never displaces one that has some. After a channel was forgotten, its subscribers are counted
 * from zero.
 *
 * Every broadcast updates the table, so channels are not kept sorted: when one must go, recently active channels get a second chance.
 */
export class ChannelTable {
  private readonly joined = new Map<string, ChannelActivity>();
  private readonly passing = new Map<string, ChannelActivity>();

  /** Channels with subscribers. */
  get joinedCount(): number {
    return this.joined.size;
  }

  get passingCount(): number {
    return this.passing.size;
  }

  /** Applies a change to a channel. A new channel that finds no room is dropped. */
  touch<Details>(
    channel: string,
    template: string,
    details: Details,
    change: (activity: ChannelActivity, details: Details) => void,
  ): void {
    const known = this.joined.get(channel) ?? this.passing.get(channel);
    const activity = known ?? new ChannelActivity(channel, template);
    const wasJoined = activity.subscribers > 0;
    change(activity, details);
    const isJoined = activity.subscribers > 0;
    if (known !== undefined) {
      activity.isRecent = true;
      if (isJoined === wasJoined) return;
      (wasJoined ? this.joined : this.passing).delete(channel);
    }
    if (this.makeRoom(isJoined)) (isJoined ? this.joined : this.passing).set(channel, activity);
  }

  has(channel: string): boolean {
    return this.joined.has(channel) || this.passing.has(channel);
  }

  /** Forgets the channels that have been idle for a minute, and returns the rest. */
  active(at: number): ChannelActivity[] {
    for (const [channel, activity] of this.passing) if (activity.isIdle(at)) this.passing.delete(channel);
    return [...this.joined.values(), ...this.passing.values()];
  }

  private makeRoom(forJoined: boolean): boolean {
    if (this.joined.size + this.passing.size < MOST_CHANNELS) return true;
    return forgetOldest(this.passing) || (forJoined && forgetOldest(this.joined));
  }
}

function forgetOldest(channels: Map<string, ChannelActivity>): boolean {
  for (const [channel, activity] of channels) {
    channels.delete(channel);
    if (!activity.isRecent) return true;
    activity.isRecent = false;
    channels.set(channel, activity);
  }
  return false;
}
