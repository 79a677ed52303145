// What does an application learn of members and users? This node's knowledge where it is complete, else what the store has.
import { Injectable } from '@nestjs/common';
import type { AnyChannel, ChannelTarget, MemberDataInput, MemberOf } from '@nestjs-realtime/contract';
import { PublisherLink } from '../broker/publisher.link.js';
import type { IRealtimePresenceStore, PresenceEntry } from '../broker/presence.store.js';
import { IRealtimeBroker } from '../broker/realtime.broker.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import { memberData } from '../channels/member-data-source.js';
import { concreteChannel } from '../connections/channel-target.js';
import { IRealtimePresence } from '../connections/realtime.presence.js';
import type { RegisteredPresence } from '../connections/registered-channel.js';
import { RealtimeFault } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';
import { mergedMember } from './member-diff.js';
import { PresenceChannels } from './presence.channels.js';
import { sortedMembers } from './sorted-members.js';

interface Place {
  readonly name: string;
  readonly presence: RegisteredPresence;
}

@Injectable()
export class StorePresence extends IRealtimePresence {
  constructor(
    private readonly channels: PresenceChannels,
    private readonly registry: HandlerRegistry,
    private readonly broker: IRealtimeBroker,
    private readonly link: PublisherLink,
    private readonly options: RealtimeOptions,
  ) {
    super();
  }

  override async members<Channel extends AnyChannel>(
    target: ChannelTarget<Channel>,
  ): Promise<readonly MemberOf<Channel>[]> {
    const { name } = this.placeOf(target);
    const store = await this.store();
    const present = this.channels.get(name);
    if (present?.isLive === true) return sortedMembers(present.members.members) as readonly MemberOf<Channel>[];
    await this.channels.own.in(name)?.flush();
    const entries = new Map<string, PresenceEntry[]>();
    for (const users of (await store.read(name)).byNode.values()) {
      for (const [userId, entry] of users) {
        if (entry !== null) entries.set(userId, [...(entries.get(userId) ?? []), entry]);
      }
    }
    const members = Array.from(entries, ([userId, all]) => mergedMember(userId, all));
    return sortedMembers(members) as readonly MemberOf<Channel>[];
  }

  override async count<Channel extends AnyChannel>(target: ChannelTarget<Channel>): Promise<number> {
    const { name } = this.placeOf(target);
    const store = await this.store();
    const present = this.channels.get(name);
    if (present?.isLive === true) return present.members.size;
    await this.channels.own.in(name)?.flush();
    return store.count(name);
  }

  override async update<Channel extends AnyChannel>(
    target: ChannelTarget<Channel>,
    userId: string,
    data: MemberDataInput<NoInfer<Channel>>,
  ): Promise<void> {
    const { name, presence } = this.placeOf(target);
    if (presence.data === null) {
      throw new RealtimeFault(`Members of "${name}" carry no data; declare presence: { data: Schema }.`);
    }
    const checked = await memberData(data, presence.data, `update() of "${name}"`);
    await this.store();
    // Other nodes on which the user is as well hear of it from this one.
    if (this.channels.own.in(name)?.update(userId, checked) === true || this.broker.isLocal) return;
    await this.broker.command({ kind: 'member', party: { userId }, channel: name, data: checked });
  }

  override async isOnline(userId: string): Promise<boolean> {
    return (await this.onlineAmong([userId])).length > 0;
  }

  override async onlineAmong(userIds: readonly string[]): Promise<readonly string[]> {
    const store = await this.store();
    await this.channels.own.online.flush();
    return userIds.length === 0 ? [] : store.onlineAmong(userIds);
  }

  /** Whatever asks first, starts the broker of a process that only publishes. */
  private async store(): Promise<IRealtimePresenceStore> {
    const store = this.broker.presenceStore();
    if (store === null) {
      throw new RealtimeFault(
        `${this.broker.constructor.name} does not keep who is present; pass RealtimeModule.forRoot({ broker }) one that does, such as new RedisRealtimeBroker({ url }).`,
      );
    }
    if (this.options.mode === 'publisher') await this.link.start();
    return store;
  }

  private placeOf(target: unknown): Place {
    const { descriptor, name } = concreteChannel(target, (problem) => new RealtimeFault(problem));
    const registered = this.registry.get(descriptor);
    if (registered === undefined) {
      throw new RealtimeFault(
        `Channel "${descriptor.name}" is not registered; add it to RealtimeModule.forFeature([...]) or provide its @RealtimeChannel class.`,
      );
    }
    if (registered.presence !== null) return { name, presence: registered.presence };
    throw new RealtimeFault(`Channel "${descriptor.name}" has no members; declare it with presence: true.`);
  }
}
