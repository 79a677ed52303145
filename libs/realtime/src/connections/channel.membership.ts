// Which members does each concrete channel have on this node? All members of a channel share one object.
import { Injectable } from '@nestjs/common';
import type { ChannelAddress, RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import type { ChannelMatch } from './channel-match.js';
import { FewEntries } from './few-entries.js';
import type { RegisteredChannel } from './registered-channel.js';

/** One concrete channel and its members. The transport chooses the type of a member. */
export class MemberChannel<Member = unknown> extends FewEntries<Member, Member> implements ChannelMatch {
  readonly name: string;
  readonly registered: RegisteredChannel;
  private own: ChannelAddress | null = null;

  constructor({ name, registered }: ChannelMatch) {
    super();
    this.name = name;
    this.registered = registered;
  }

  get descriptor(): RealtimeChannelDescriptor {
    return this.registered.descriptor;
  }

  get params(): Readonly<Record<string, string>> {
    return this.address.params;
  }

  /** Made when first read: to keep the params of gate 2 doubles the memory of a subscription (docs/decisions/0032). */
  get address(): ChannelAddress {
    const { descriptor, name } = this;
    return (this.own ??= { descriptor, name, params: descriptor.template.match(name)! });
  }

  protected override keyOf(member: Member): Member {
    return member;
  }
}

/** Is notified in the tick in which a channel gets its first member on this node, or loses its last. Must not throw. */
export interface MembershipWatcher<Member = unknown> {
  firstIn?(channel: MemberChannel<Member>): void;
  lastOut?(channel: MemberChannel<Member>): void;
}

/** The channels that have members on this node, by concrete name. The transport adds and removes members. */
@Injectable()
export class Membership<Member = unknown> {
  private readonly byName = new Map<string, MemberChannel<Member>>();
  private readonly watchers: MembershipWatcher<Member>[] = [];

  /** Channels with at least one member. */
  get size(): number {
    return this.byName.size;
  }

  get(name: string): MemberChannel<Member> | undefined {
    return this.byName.get(name);
  }

  /** Notifies `watcher` from now on, but not of channels that have members already. */
  watch(watcher: MembershipWatcher<Member>): void {
    this.watchers.push(watcher);
  }

  /** Adds a member that is not in the channel yet. */
  enter(match: ChannelMatch, member: Member): MemberChannel<Member> {
    const { name } = match;
    const known = this.byName.get(name);
    const channel = known ?? new MemberChannel<Member>(match);
    channel.add(member);
    if (known !== undefined) return channel;
    this.byName.set(name, channel);
    for (const watcher of this.watchers) watcher.firstIn?.(channel);
    return channel;
  }

  /** Does nothing if `member` is not in the channel. */
  exit(name: string, member: Member): void {
    const channel = this.byName.get(name);
    if (channel === undefined || !channel.delete(member) || channel.size > 0) return;
    this.byName.delete(name);
    for (const watcher of this.watchers) watcher.lastOut?.(channel);
  }
}
