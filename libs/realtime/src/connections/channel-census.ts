// How many subscriptions does each channel have on this node? Counted by name template, never by concrete name.
import type { MemberChannel, Membership, MembershipWatcher } from './channel.membership.js';

/** Groups the channels that have members by their template, so that counting does not iterate over the connections. */
export class ChannelCensus implements MembershipWatcher {
  private readonly byTemplate = new Map<string, Set<MemberChannel>>();

  constructor(membership: Membership) {
    membership.watch(this);
  }

  firstIn(channel: MemberChannel): void {
    const { name } = channel.descriptor;
    const known = this.byTemplate.get(name);
    if (known === undefined) this.byTemplate.set(name, new Set([channel]));
    else known.add(channel);
  }

  lastOut(channel: MemberChannel): void {
    const { name } = channel.descriptor;
    const known = this.byTemplate.get(name);
    if (known?.delete(channel) && known.size === 0) this.byTemplate.delete(name);
  }

  /** Concrete channels with members. */
  get channels(): number {
    let count = 0;
    for (const channels of this.byTemplate.values()) count += channels.size;
    return count;
  }

  /** Subscriptions by name template, for templates that have any. */
  subscriptions(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const [template, channels] of this.byTemplate) {
      let count = 0;
      for (const { size } of channels) count += size;
      counts.set(template, count);
    }
    return counts;
  }
}
