// How does a part of the page follow a channel that needs a role? It subscribes while the user has it, and reports when that ends.
import type { ChannelHandle } from '@nestjs-realtime/client';
import type { AnyChannel } from '@nestjs-realtime/contract';
import type { User } from '../users/index.js';

/** The part of the page that shows the channel. */
export interface GuardedView<Channel extends AnyChannel> {
  /** The user may subscribe: listen to the channel. */
  opened(channel: ChannelHandle<Channel>): void;
  /** The user may not subscribe. With a code, the server has ended or refused the subscription: show that. */
  closed(code?: string): void;
}

export class GuardedChannel<Channel extends AnyChannel> {
  private channel?: ChannelHandle<Channel>;
  private code?: string;
  private userId?: string;

  /** @param whoAmI called when the server has revoked the subscription: the user may have lost other rights as well. */
  constructor(
    private readonly subscribe: () => ChannelHandle<Channel>,
    private readonly view: GuardedView<Channel>,
    private readonly whoAmI: () => void,
  ) {}

  /** @param mayEnter what the page believes; the server decides. */
  showFor(user: User | null, mayEnter: boolean): void {
    if (user?.id !== this.userId) {
      this.userId = user?.id;
      this.close();
    }
    if (!mayEnter) this.close(this.code);
    else if (!this.channel) this.open();
  }

  private open(): void {
    const channel = this.subscribe();
    this.channel = channel;
    this.code = undefined;
    this.view.opened(channel);
    channel.onStatus((status) => {
      if (status.state !== 'ended' || !status.reason) return;
      const { code } = status.reason;
      this.close(code);
      if (code === 'REVOKED') this.whoAmI();
    });
  }

  private close(code?: string): void {
    const channel = this.channel;
    this.channel = undefined;
    this.code = code;
    channel?.unsubscribe();
    this.view.closed(code);
  }
}
