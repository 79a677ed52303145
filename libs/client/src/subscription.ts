// Is one channel subscribed on this connection, and what is its newest event? One subscription for all handles on a name.
import type { Position, PresenceFrame, SubscribeFrame } from '@nestjs-realtime/contract';
import { isOffset } from './log-position.js';
import { changedMembers, type MemberList, NO_MEMBERS } from './member-list.js';
import type { RealtimeError } from './realtime-error.js';
import type { Link } from './requests.js';
import { type Admission, SNAPSHOT, type Subscriber } from './subscriber.js';

export class Subscription {
  readonly subscribers = new Set<Subscriber>();
  /** Whether a request must be sent; false while an answer or a retry is awaited. */
  due = true;
  /** Whether a request is under way. */
  asking = false;
  /** Set while the server has admitted us. */
  link?: Link | undefined;
  /** Whether the server has subscribed us by itself, and no handle has left the channel since. */
  byServer = false;
  /** Why it is not subscribed, if the server said so. */
  private reason?: RealtimeError | undefined;
  /** The newest event of the log that we know of; null without history. */
  private position: Position | null = null;
  /** Whether the next event is the first behind an admission. */
  private isFirst = false;
  /** Whether the channel has a state that it sends first. */
  private hasState = false;
  /** So many events without an offset are a repetition. */
  private repeated = 0;
  /** Those who hear what is repeated. */
  private newcomers: readonly Subscriber[] = [];
  /** Those of the admission and the diffs since; while there is none, those that were known last. */
  private members = NO_MEMBERS;

  constructor(readonly name: string) {}

  get isUsed(): boolean {
    return this.byServer || this.subscribers.size > 0;
  }

  /** Whether a subscriber is not yet told from where it hears events. */
  get isAwaited(): boolean {
    return [...this.subscribers].some(({ isWaiting }) => isWaiting);
  }

  /**
   * What to ask the server: to go on from the oldest position of a subscriber, so that each of them gets what it has missed. Where none of those
   * who wait has a position, the state of the channel.
   */
  request(): SubscribeFrame {
    let from: Position | undefined;
    const isForState = this.link && ![...this.subscribers].some(({ isWaiting, position }) => isWaiting && position);
    for (const { position } of isForState ? [] : this.subscribers) {
      if (!position) continue;
      const { epoch, offset } = position;
      // Of several logs, the one that the server had last.
      if (!from || (epoch === from.epoch ? offset < from.offset : epoch === this.position?.epoch)) from = position;
    }
    return { channel: this.name, ...(from && { recover: from }) };
  }

  add(subscriber: Subscriber): void {
    this.subscribers.add(subscriber);
    const { link, position } = this;
    if (this.members.length > 0) subscriber.see(this.members);
    // A handle whose channel the server announces again brings what it knew.
    else this.members = subscriber.members;
    if (link) {
      subscriber.isLate = !subscriber.position;
      this.enter(subscriber, { link, position, from: null, recovered: false, members: null });
    } else subscriber.suspend(this.reason);
    subscriber.report();
  }

  /** The subscriber wants the state. @returns whether the server must be asked for it, because it came before this subscriber. */
  giveState(subscriber: Subscriber): boolean {
    if (!this.hasState || !this.link || !subscriber.isLate) return false;
    subscriber.restart();
    subscriber.report();
    return (this.due = !this.asking);
  }

  /** @param sinceSnapshot what the server says of events that it repeats behind the state. */
  admit(admission: Admission, sinceSnapshot?: number): void {
    const isAgain = this.link === admission.link;
    const isStateless = isAgain && sinceSnapshot === undefined;
    this.isFirst = true;
    // Where nothing was missing, it has sent none, and may have one.
    this.hasState ||= admission.recovered;
    this.repeated = isStateless || !isAgain ? 0 : 1 + (admission.position ? 0 : Number(sinceSnapshot));
    this.newcomers = [...this.subscribers].filter(({ isWaiting }) => isWaiting);
    this.link = admission.link;
    this.position = admission.position;
    this.reason = undefined;
    this.due = false;
    this.show(changedMembers(this.members, admission.members));
    for (const subscriber of [...this.subscribers]) this.enter(subscriber, { ...admission, isStateless });
    this.report();
  }

  /**
   * Not admitted (any more). The client subscribes again once it is `due`.
   * @param keeps whether those who are subscribed remain so.
   */
  suspend(due: boolean, reason?: RealtimeError, keeps = false): void {
    this.due = due;
    this.reason = reason;
    if (!keeps) this.link = undefined;
    for (const subscriber of this.subscribers) if (!keeps || subscriber.isWaiting) subscriber.suspend(reason);
    this.report();
  }

  /** Ends it for good; without a reason, because this client is closed. */
  end(reason?: RealtimeError): void {
    this.link = undefined;
    this.due = false;
    for (const subscriber of this.subscribers) subscriber.end(reason);
    this.report();
  }

  /**
   * Takes an event; without its name, the place of one that is not for us.
   * @param offset where it stands in the log; undefined if it is not of the log.
   * @returns false if events are missing before this one.
   */
  receive(offset: unknown, event?: string, payload?: unknown): boolean {
    let at: Position | null = null;
    if (this.isFirst && event === SNAPSHOT && offset === undefined) this.hasState = true;
    this.isFirst = false;
    if (this.position && offset !== undefined) {
      // Whatever this was, the next event shows that it is missing.
      if (!isOffset(offset)) return true;
      const newest = this.position.offset;
      if (offset > newest + 1) return false;
      at = { epoch: this.position.epoch, offset };
      if (offset > newest) this.position = at;
    }
    let isWhole = true;
    const { size } = this.subscribers;
    const isRepeated = offset === undefined && this.repeated > 0;
    if (isRepeated) this.repeated--;
    for (const subscriber of isRepeated ? this.newcomers : [...this.subscribers])
      isWhole = subscriber.hear(at, event, payload, size > 1) && isWhole;
    return isWhole;
  }

  /** Takes a diff of the members. */
  changeMembers({ joined, left }: PresenceFrame): void {
    if (!this.link) return;
    this.show(changedMembers(this.members, joined, left ?? null));
    this.report();
  }

  private show(members: MemberList): void {
    this.members = members;
    for (const subscriber of this.subscribers) subscriber.see(members);
  }

  private enter(subscriber: Subscriber, admission: Admission): void {
    // A request under way may be the one that it needs; its answer will tell.
    if (!subscriber.enter(admission)) this.due = !this.asking;
  }

  private report(): void {
    for (const subscriber of [...this.subscribers]) subscriber.report();
  }
}
