// Which state is one channel in? One subscription, shared by every handle on the same name.
import type { Link } from './requests.js';
import { closedHere, type RealtimeError } from './realtime-error.js';
import type { SubscriptionStatus } from './subscription-status.js';

/** What a subscription reports to its handles. */
export interface SubscriptionUser {
  /** `gap` is false here: whether events are missing depends on the handle. */
  statusChanged(status: SubscriptionStatus): void;
  received(event: string, payload: unknown): void;
  /** The connection failed for good; the subscription itself waits for `connect()`. */
  connectionFailed?(reason: RealtimeError): void;
}

/** Waits until the channel is admitted. Exactly one of the two is called. */
interface Waiter {
  admitted(link: Link): void;
  failed(reason: RealtimeError): void;
}

export class Subscription {
  status: SubscriptionStatus = { state: 'subscribing' };
  readonly users = new Set<SubscriptionUser>();
  /** Whether a request must be sent; false while an answer or a retry is awaited. */
  due = true;
  /** Set while the server has admitted us. */
  link?: Link | undefined;
  private readonly waiters = new Set<Waiter>();

  constructor(public name: string) {}

  /** Calls one of the two; at once if the outcome is known. @returns a function that stops waiting. */
  wait(waiter: Waiter): () => void {
    if (this.link) waiter.admitted(this.link);
    else if (this.status.state === 'ended') waiter.failed(this.status.reason ?? closedHere());
    else this.waiters.add(waiter);
    return () => void this.waiters.delete(waiter);
  }

  /** Does nothing where this connection is admitted already. */
  admit(link: Link): void {
    if (this.link === link) return;
    this.link = link;
    this.due = false;
    // Before listeners run: messages that already wait go out before those that a listener sends.
    for (const waiter of this.takeWaiters()) waiter.admitted(link);
    this.become({ state: 'subscribed', gap: false, replayed: 0 });
  }

  /** Not admitted (any more). The client subscribes again once it is `due`. */
  suspend(due: boolean, reason?: RealtimeError): void {
    const { status } = this;
    if (status.state === 'ended') return;
    this.link = undefined;
    this.due = due;
    if (status.state !== 'subscribing' || status.reason !== reason) {
      this.become({ state: 'subscribing', ...(reason && { reason }) });
    }
  }

  /** Ends it for good; without a reason, because this client is closed. */
  end(reason?: RealtimeError): void {
    if (this.status.state === 'ended') return;
    this.link = undefined;
    this.due = false;
    this.become({ state: 'ended', ...(reason && { reason }) });
    this.reject(reason ?? closedHere());
  }

  receive(event: string, payload: unknown): void {
    for (const user of [...this.users]) user.received(event, payload);
  }

  /** Rejects every waiter; the state of the subscription does not change. */
  reject(reason: RealtimeError): void {
    for (const waiter of this.takeWaiters()) waiter.failed(reason);
  }

  private takeWaiters(): Waiter[] {
    const waiters = [...this.waiters];
    this.waiters.clear();
    return waiters;
  }

  private become(status: SubscriptionStatus): void {
    this.status = status;
    // A listener may change it again; then each user has heard of that, and of nothing older.
    for (const user of [...this.users]) if (this.status === status) user.statusChanged(status);
  }
}
