// Who is told that a user has joined or left a channel, has come online or gone? The marked methods of the application, in order for each user.
import { Injectable, Logger } from '@nestjs/common';
import type { Member } from '@nestjs-realtime/contract';
import type { ToldMember } from '../broker/presence.store.js';
import type { ChannelMatch } from '../connections/channel-match.js';
import type { MemberListener } from '../connections/registered-channel.js';
import { errorRepeated } from '../instrumentation/repeated-log.js';
import { mergedMember } from './member-diff.js';
import { PresenceCounts } from './presence.counts.js';

/** A method that is told of users. */
export interface UserListener {
  hear(userId: string): unknown;
  readonly place: string;
}

/** Each edge is told once in the cluster: on the node whose change it was. */
@Injectable()
export class MemberEdgeCalls {
  readonly onOnline: UserListener[] = [];
  readonly onOffline: UserListener[] = [];
  private readonly logger = new Logger('Realtime');
  /** The newest call for each user and place. */
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(private readonly counts: PresenceCounts) {}

  joined({ registered, address }: ChannelMatch, told: ToldMember): void {
    this.counts.edge(registered.descriptor.name, 'joined');
    const member = memberOf(told);
    this.callAll(`${address.name} ${told.userId}`, registered.presence?.onJoin, (listener: MemberListener) =>
      listener.hear(member, address),
    );
  }

  left({ registered, address }: ChannelMatch, told: ToldMember): void {
    this.counts.edge(registered.descriptor.name, 'left');
    const member = { ...memberOf(told), connections: 0 };
    this.callAll(`${address.name} ${told.userId}`, registered.presence?.onLeave, (listener: MemberListener) =>
      listener.hear(member, address),
    );
  }

  online(userId: string): void {
    this.counts.users.online++;
    this.callAll(userId, this.onOnline, (listener) => listener.hear(userId));
  }

  offline(userId: string): void {
    this.counts.users.offline++;
    this.callAll(userId, this.onOffline, (listener) => listener.hear(userId));
  }

  /** Resolves when no method is running. */
  async settled(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay.values());
  }

  /** A method that fails does not keep others from being told, nor later edges. */
  private callAll<Listener extends { readonly place: string }>(
    key: string,
    listeners: readonly Listener[] | undefined,
    call: (listener: Listener) => unknown,
  ): void {
    if (listeners === undefined || listeners.length === 0) return;
    const before = this.underWay.get(key);
    const done: Promise<void> = this.callInOrder(before, listeners, call).finally(() => {
      if (this.underWay.get(key) === done) this.underWay.delete(key);
    });
    this.underWay.set(key, done);
  }

  private async callInOrder<Listener extends { readonly place: string }>(
    before: Promise<void> | undefined,
    listeners: readonly Listener[],
    call: (listener: Listener) => unknown,
  ): Promise<void> {
    await before;
    for (const listener of listeners) {
      try {
        await call(listener);
      } catch (error) {
        errorRepeated(this.logger, `${listener.place} failed, which was told of a user`, error);
      }
    }
  }
}

function memberOf({ userId, entry }: ToldMember): Member {
  return entry === null ? { userId, connections: 0, since: new Date().toISOString() } : mergedMember(userId, [entry]);
}
