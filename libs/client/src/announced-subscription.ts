// Which channel does a handle without params follow? The one under its template that the server announces with `rt:subscribed`.
import { matchChannelName, type Params } from './channel-match.js';
import { Subscription, type SubscriptionUser } from './subscription.js';
import type { SubscriptionStatus } from './subscription-status.js';

/** Uses the subscription of a name, once the server has named it. Its own name is the template until then; it is never requested. */
export class AnnouncedSubscription extends Subscription implements SubscriptionUser {
  params: Params = {};
  override due = false;
  /** What it uses, on this connection. */
  source?: Subscription | undefined;

  constructor(private readonly template: string) {
    super(template);
  }

  /** Uses the channel of that name, if the name is one of the template's and none is used yet. */
  offer(name: string, join: (name: string, user: SubscriptionUser) => Subscription): void {
    const params = this.source || this.status.state === 'ended' ? null : matchChannelName(this.template, name);
    if (!params) return;
    if (this.name !== name) this.params = params;
    this.name = name;
    this.source = join(name, this);
    this.statusChanged(this.source.status);
  }

  statusChanged(status: SubscriptionStatus): void {
    if (status.state === 'subscribed') this.admit(this.source!.link!);
    else if (status.state === 'subscribing') this.suspend(false, status.reason);
    else this.end(status.reason);
  }

  received(event: string, payload: unknown): void {
    this.receive(event, payload);
  }
}
