// Which channels are worth remembering? Those with subscribers or traffic, and never more than a thousand.
import { PerSecond } from './per-second.js';

/** Channels that are remembered at once; whatever names clients make up, there are no more. */
export const MOST_CHANNELS = 1_000;

/** What is known of one concrete channel. */
export class ChannelActivity {
  readonly broadcasts = new PerSecond();
  readonly messages = new PerSecond();
  subscribers = 0;
  /** Whether it was active since its turn to be forgotten last came. */
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
 * Whoever has been quiet longest is forgotten first, those without subscribers before the others; a channel without subscribers displaces
 * none that has some. A channel that was forgotten and comes back has as many subscribers as its next broadcast finds.
 *
 * Every broadcast comes by here, so nothing is put in order until somebody must be forgotten: then whoever is recent gets a second chance.
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

  /** Changes a channel; nothing where there is no room for it. */
  touch<Told>(
    channel: string,
    template: string,
    told: Told,
    change: (activity: ChannelActivity, told: Told) => void,
  ): void {
    const known = this.joined.get(channel) ?? this.passing.get(channel);
    const activity = known ?? new ChannelActivity(channel, template);
    const wasJoined = activity.subscribers > 0;
    change(activity, told);
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

  /** Forgets what has been idle for a minute, and returns the rest. */
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
