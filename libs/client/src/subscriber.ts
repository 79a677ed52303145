// Is one handle subscribed, and how far has it heard? Handles on one name share a subscription; each has its own position in the log.
import type { Position } from '@nestjs-realtime/contract';
import { closedHere, isLackOfRights, type RealtimeError } from './realtime-error.js';
import { type MemberList, NO_MEMBERS } from './member-list.js';
import type { Link } from './requests.js';
import type { SubscriptionStatus } from './subscription-status.js';

/** The event that carries the state of a channel. */
export const SNAPSHOT = 'snapshot';

/** What a subscriber reports to its handle. */
export interface Reports {
  statusChanged(status: SubscriptionStatus): void;
  /** @param isShared whether others hear it, too. */
  received(event: string, payload: unknown, isShared: boolean): void;
  /** @param before the list that was reported last. */
  membersChanged(before: MemberList): void;
  /** The connection failed for good; the subscription itself waits for `connect()`. */
  connectionFailed(reason: RealtimeError): void;
}

/** Waits until the handle is subscribed. Exactly one of the two is called. */
interface Waiter {
  admitted(link: Link): void;
  failed(reason: RealtimeError): void;
}

/** The server's answer to a subscribe request, or its announcement. */
export interface Admission {
  readonly link: Link;
  /** Where the log stands; null without history. */
  readonly position: Position | null;
  /** The position that the server was asked to go on from; null if none. */
  readonly from: Position | null;
  /** Whether the server sends all events after `from`. */
  readonly recovered: boolean;
  /** What the server says of all members; undefined without presence. */
  readonly members: unknown;
  /** Whether those who wait for the state of the channel get none. */
  readonly isStateless?: boolean;
}

export class Subscriber {
  status: SubscriptionStatus = { state: 'subscribing' };
  /** Those of the subscription; while there is none, those that were known last. */
  members = NO_MEMBERS;
  private reported: SubscriptionStatus = this.status;
  private reportedMembers = NO_MEMBERS;
  /** Whether it came after the state of the channel. */
  isLate = false;
  private wantsState = false;
  /** Set while it is subscribed. */
  private link?: Link | undefined;
  /** Whether events may be missing wherever it does not go on from its position. */
  private hasBegun: boolean;
  private readonly waiters = new Set<Waiter>();

  /** @param position where it goes on; null: with the next event. */
  constructor(
    public position: Position | null,
    private readonly reports: Reports,
  ) {
    this.hasBegun = position !== null;
  }

  /** Whether the server has not yet said from where it hears events. */
  get isWaiting(): boolean {
    return this.status.state === 'subscribing';
  }

  /** Whether it may send over this link. */
  isOn(link: Link): boolean {
    return this.link === link && !link.hasEnded;
  }

  /** Calls one of the two; at once if the outcome is known. @returns a function that stops waiting. */
  wait(waiter: Waiter): () => void {
    const { link } = this;
    if (link && this.isOn(link)) waiter.admitted(link);
    else if (this.status.state === 'ended') waiter.failed(this.status.reason ?? closedHere());
    else this.waiters.add(waiter);
    return () => void this.waiters.delete(waiter);
  }

  /** Begins once more, with the state of the channel. */
  restart(): void {
    this.position = null;
    this.hasBegun = this.isLate = false;
    this.wantsState = true;
    this.suspend();
  }

  /** @returns false if the server must be asked for the events, or the state, that this one has missed. */
  enter({ link, position, from, recovered, isStateless = false }: Admission): boolean {
    const at = this.position;
    const isSameLog = at?.epoch === position?.epoch;
    if (this.status.state === 'ended' || (this.link === link && isSameLog)) return true;
    if (this.wantsState && from) return false;
    let gap = this.hasBegun || (this.wantsState && isStateless);
    this.wantsState = false;
    let replayed = 0;
    if (at && position && isSameLog) {
      const missed = position.offset - at.offset;
      const isAsked = from?.epoch === at.epoch && from.offset <= at.offset;
      if (missed === 0 || (missed > 0 && isAsked && recovered)) {
        gap = false;
        replayed = missed;
        // What is older than the log may be why the server refused, and this position may be in it.
      } else if (!isAsked || (missed > 0 && from.offset < at.offset)) {
        return false;
      }
    }
    if (gap || !at) this.position = position;
    this.hasBegun = true;
    this.link = link;
    this.status = { state: 'subscribed', gap, replayed };
    // Before listeners run: messages that already wait go out before those that a listener sends.
    for (const waiter of this.takeWaiters()) waiter.admitted(link);
    return true;
  }

  /** It goes on where it was once it enters again. */
  suspend(reason?: RealtimeError): void {
    const { status } = this;
    this.link = undefined;
    if (status.state === 'subscribed' || (status.state === 'subscribing' && status.reason !== reason)) {
      this.status = { state: 'subscribing', ...(reason && { reason }) };
    }
  }

  /** For good; without a reason, because it was left or the client is closed. */
  end(reason?: RealtimeError): void {
    if (this.status.state === 'ended') return;
    this.link = undefined;
    this.members = NO_MEMBERS;
    this.status = { state: 'ended', ...(reason && { reason }) };
    this.reject(reason ?? closedHere());
  }

  /** Begins again where it has ended for lack of rights. @returns whether it has. */
  revive(): boolean {
    const { status } = this;
    const isRevived = status.state === 'ended' && isLackOfRights(status.reason);
    if (isRevived) {
      this.status = { state: 'subscribing' };
      this.report();
    }
    return isRevived;
  }

  /** Rejects every waiter; the status does not change. */
  reject(reason: RealtimeError): void {
    for (const waiter of this.takeWaiters()) waiter.failed(reason);
  }

  /** The members are others now. */
  see(members: MemberList): void {
    if (this.status.state !== 'ended') this.members = members;
  }

  /** Reports status and members, unless they are known: all subscribers of a channel change first, then their listeners run. */
  report(): void {
    if (this.reported !== this.status) {
      this.reported = this.status;
      this.reports.statusChanged(this.status);
    }
    const before = this.reportedMembers;
    this.reportedMembers = this.members;
    this.reports.membersChanged(before);
  }

  failed(reason: RealtimeError): void {
    this.reports.connectionFailed(reason);
  }

  /**
   * Takes an event, or without its name the place of one. What it has heard already, it drops.
   * @param at where the event stands in the log; null if it is not of the log.
   * @param isShared whether others hear it, too.
   * @returns false if events are missing before this one.
   */
  hear(at: Position | null, event?: string, payload?: unknown, isShared = false): boolean {
    if (!this.link) return true;
    if (at && this.position) {
      const step = at.offset - this.position.offset;
      if (step !== 1) return step < 1;
      this.position = at;
    }
    if (event === SNAPSHOT) this.isLate = false;
    if (event !== undefined) this.reports.received(event, payload, isShared);
    return true;
  }

  private takeWaiters(): Waiter[] {
    const waiters = [...this.waiters];
    this.waiters.clear();
    return waiters;
  }
}
