// Which state is one channel in? One subscription, shared by every handle on the same name.
import type { Link } from './requests.js';
import type { RealtimeError } from './realtime-error.js';

/**
 * - `subscribing`: requested, or waiting for the connection or for a retry.
 * - `subscribed`: the server has admitted us; events arrive.
 * - `ended`: refused or evicted for good, or unsubscribed.
 */
export type SubscriptionState = 'subscribing' | 'subscribed' | 'ended';

/** The state of a subscription, and the error that led to it. */
export interface SubscriptionStatus {
  readonly state: SubscriptionState;
  /** Why it ended, or why the last attempt failed while another is due. Undefined after `unsubscribe()`. */
  readonly reason?: RealtimeError;
}

/** What a subscription reports to its handles. */
export interface SubscriptionUser {
  statusChanged(status: SubscriptionStatus): void;
  received(event: string, payload: unknown): void;
  /** The connection failed for good; the subscription itself waits for `connect()`. */
  connectionFailed(reason: RealtimeError): void;
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
  private link?: Link;
  private readonly waiters = new Set<Waiter>();

  constructor(readonly name: string) {}

  get subscribed(): boolean {
    return this.link !== undefined;
  }

  /** Calls one of the two; at once if the outcome is known. @returns a function that stops waiting. */
  wait(waiter: Waiter): () => void {
    if (this.link) waiter.admitted(this.link);
    else if (this.status.reason && this.status.state === 'ended') waiter.failed(this.status.reason);
    else this.waiters.add(waiter);
    return () => void this.waiters.delete(waiter);
  }

  admit(link: Link): void {
    this.link = link;
    // Before listeners run: messages that already wait go out before those that a listener sends.
    for (const waiter of this.takeWaiters()) waiter.admitted(link);
    this.become({ state: 'subscribed' });
  }

  /** Not admitted (any more). The client subscribes again once it is `due`. */
  suspend(due: boolean, reason?: RealtimeError): void {
    this.link = undefined;
    this.due = due;
    this.become({ state: 'subscribing', reason });
  }

  end(reason: RealtimeError): void {
    this.link = undefined;
    this.due = false;
    this.become({ state: 'ended', reason });
    this.reject(reason);
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
    if (status.state === this.status.state && status.reason === this.status.reason) return;
    this.status = status;
    for (const user of [...this.users]) user.statusChanged(status);
  }
}
