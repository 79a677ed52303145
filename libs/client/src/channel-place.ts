// Which channel is a handle on? The one it names; or, without params, the one under its template that the server announces.
import { matchChannelName, type Params } from './channel-match.js';
import { NO_MEMBERS } from './member-list.js';
import type { Subscriber } from './subscriber.js';
import type { Subscription } from './subscription.js';
import type { WantedChannel } from './wanted-channel.js';

export class ChannelPlace {
  /** The template, as long as the server has named no channel of it. */
  name: string;
  params: Params;
  /** What it uses, on this connection. */
  subscription?: Subscription | undefined;

  constructor(
    private readonly wanted: WantedChannel,
    readonly subscriber: Subscriber,
  ) {
    this.name = wanted.name;
    this.params = wanted.params ?? {};
  }

  /** Takes a channel that the server announces, if it is one of the template's and none is used yet. */
  takes(name: string): boolean {
    const { wanted, subscriber } = this;
    const isFree = !this.subscription && subscriber.status.state !== 'ended';
    const params = isFree ? matchChannelName(wanted.name, name) : null;
    if (!params) return false;
    if (this.name !== name) {
      // Position and members are those of the former channel.
      if (this.name !== wanted.name) subscriber.position = null;
      subscriber.members = NO_MEMBERS;
      this.name = name;
      this.params = params;
    }
    return true;
  }

  /** Whether the client asks for it by its name. */
  get isNamed(): boolean {
    return this.wanted.params !== null;
  }

  /** Begins again where it has ended for lack of rights. @returns whether it has. */
  revive(): boolean {
    const isRevived = this.subscriber.revive();
    if (isRevived) this.leaveAnnounced();
    return isRevived;
  }

  /** The connection is lost. Another one may be another user's, with other names. */
  leaveAnnounced(): void {
    if (this.wanted.params) return;
    this.subscription?.subscribers.delete(this.subscriber);
    this.subscription = undefined;
    this.subscriber.suspend();
  }
}
