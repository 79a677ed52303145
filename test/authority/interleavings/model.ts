// Who may be in which channel? Derived from requests, answers and revocations, and from nothing inside the library.
import type { Channel, Rights, UserId } from './rights.js';

/** One connection, as the model knows it. */
export interface Member {
  readonly user: UserId;
  readonly begunAt: number;
  alive: boolean;
  readonly channels: Set<string>;
}

/** A request that waits for its answer. */
export interface Asked {
  readonly kind: 'subscribe' | 'unsubscribe' | 'message';
  readonly member: Member;
  readonly channels: readonly Channel[];
  readonly at: number;
  /** Whether an earlier request of the connection on one of the channels was still unanswered. */
  readonly queued: boolean;
}

/** All connections of a user, or one. */
export type Whose = UserId | Member;

interface Taken {
  readonly at: number;
  readonly whose: Whose;
  readonly channel: Channel | null;
}

interface Reauthorization {
  readonly user: UserId;
  readonly at: number;
  /** Whether earlier admissions must be judged again by the new rights. */
  readonly binding: boolean;
  /** Infinity while it runs. */
  resolvedAt: number;
}

export class Model {
  readonly violations: string[] = [];
  readonly pending = new Set<Asked>();
  private readonly begun = new WeakSet<Asked>();
  private readonly revoked: Taken[] = [];
  private readonly reauthorizations: Reauthorization[] = [];
  private readonly bans: { readonly whose: Whose; readonly at: number }[] = [];

  constructor(private readonly rights: Rights) {}

  ask(kind: Asked['kind'], member: Member, channels: readonly Channel[]): Asked {
    const queued = [...this.pending].some((other) => other.member === member && overlap(other.channels, channels));
    const asked = { kind, member, channels, at: this.rights.now(), queued };
    this.pending.add(asked);
    return asked;
  }

  /** The answers to one request, in the order of its channels. */
  answered(asked: Asked, replies: readonly { readonly ok: boolean }[]): void {
    if (asked.kind === 'message' && !asked.member.alive) return;
    if (!this.pending.delete(asked)) this.violations.push(`answered twice: ${describe(asked)}`);
    const earlier = [...this.pending].filter((other) => other.member === asked.member && other.at < asked.at);
    if (earlier.some((other) => overlap(other.channels, asked.channels)))
      this.violations.push(`answered out of turn: ${describe(asked)}`);
    asked.channels.forEach((channel, index) => {
      if (asked.kind === 'message') this.handledOrRefused(asked, replies[index].ok);
      else if (asked.kind === 'unsubscribe') asked.member.channels.delete(channel);
      else if (replies[index].ok) this.granted(asked, channel);
      else this.refused(asked, channel);
    });
  }

  evicted(member: Member, channel: Channel, code: string): void {
    member.channels.delete(channel);
    const since = this.unresolvedSince(member.user, this.rights.now());
    const revokedNow = this.revoked.some((taken) => covers(taken, member, channel) && taken.at === this.lastTaken());
    if (code !== 'REVOKED' || !(revokedNow || this.rights.deniedSince(member.user, channel, since)))
      this.violations.push(`evicted ${code} from ${channel} without a reason`);
  }

  ended(member: Member): void {
    member.alive = false;
    member.channels.clear();
    for (const asked of this.pending) {
      if (asked.member === member && asked.kind === 'message') this.pending.delete(asked);
    }
  }

  /** The handler of a message has begun. */
  began(asked: Asked): void {
    const [channel] = asked.channels;
    this.begun.add(asked);
    const objection = this.objection(asked.member, channel);
    if (objection !== null) this.violations.push(`a handler of ${channel} began, but ${objection}`);
    if (channel.startsWith('room') && !this.isBacked(asked, channel))
      this.violations.push(`a handler of ${channel} began by a judgement of before`);
  }

  revoke(whose: Whose, channel: Channel | null): void {
    this.revoked.push({ at: this.rights.now(), whose, channel });
  }

  ban(whose: Whose): void {
    this.bans.push({ whose, at: this.rights.now() });
  }

  /** Call the result when the promise of the re-authorization has resolved. */
  reauthorize(user: UserId, binding: boolean): () => void {
    const reauthorization = { user, at: this.rights.now(), binding, resolvedAt: Infinity };
    this.reauthorizations.push(reauthorization);
    return () => void (reauthorization.resolvedAt = this.rights.now());
  }

  /** Why an event of the channel must not reach the member now; null when it may. */
  objection(member: Member, channel: Channel): string | null {
    if (!member.alive) return 'its connection has ended';
    if (!member.channels.has(channel)) return 'it is not subscribed';
    if (this.bans.some(({ whose, at }) => isOf(whose, member) && at > member.begunAt)) return 'it was disconnected';
    const denied = this.rights.denialBegan(member.user, channel);
    const enforced = this.reauthorizations.some(
      ({ user, at, binding, resolvedAt }) =>
        binding && resolvedAt < Infinity && user === member.user && denied !== null && at > denied,
    );
    return enforced ? 'it was denied, and that was enforced' : null;
  }

  private granted(asked: Asked, channel: Channel): void {
    const { member } = asked;
    if (member.alive) member.channels.add(channel);
    const revokedAt = Math.max(
      0,
      ...this.revoked.filter((taken) => covers(taken, member, channel)).map(({ at }) => at),
    );
    if (!channel.startsWith('room')) {
      if (!asked.queued && revokedAt > asked.at) this.violations.push(`granted ${channel} though revoked meanwhile`);
      return;
    }
    if (member.alive && !this.isBacked(asked, channel))
      this.violations.push(`granted ${channel} by a judgement of before`);
  }

  /** Whether the guard of rooms has allowed it since anything has changed. */
  private isBacked({ member }: Asked, channel: Channel): boolean {
    const revokedAt = this.revoked.filter((taken) => covers(taken, member, channel)).map(({ at }) => at);
    const staleAt = this.reauthorizations
      .filter(({ user, binding }) => binding && user === member.user)
      .map(({ at }) => at);
    const floor = Math.max(0, ...revokedAt, ...staleAt);
    return this.rights.judgements.some(
      ({ connection, channel: judged, at, allowed }) =>
        connection === member && judged === channel && allowed && at > floor,
    );
  }

  private handledOrRefused(asked: Asked, ok: boolean): void {
    if (ok && !this.begun.has(asked)) this.violations.push(`answered ok, but not handled: ${describe(asked)}`);
  }

  /** A refusal needs a reason too: a gate that refuses every user is safe but useless. */
  private refused({ member, at }: Asked, channel: Channel): void {
    member.channels.delete(channel);
    const revokedSince = this.revoked.some((taken) => covers(taken, member, channel) && taken.at > at);
    const denied = this.rights.deniedSince(member.user, channel, this.unresolvedSince(member.user, at));
    if (member.alive && !revokedSince && !denied) this.violations.push(`refused ${channel} without a reason`);
  }

  /** The earliest change of rights that may not be enforced everywhere yet. */
  private unresolvedSince(user: UserId, moment: number): number {
    const open = this.reauthorizations
      .filter((one) => one.user === user && one.resolvedAt > moment)
      .map(({ at }) => at);
    return Math.min(moment, ...open.map((at) => at - 1));
  }

  private lastTaken(): number {
    return this.revoked.at(-1)?.at ?? 0;
  }
}

function covers({ whose, channel }: Taken, member: Member, where: Channel): boolean {
  return isOf(whose, member) && (channel === null || channel === where);
}

function isOf(whose: Whose, member: Member): boolean {
  return whose === member || whose === member.user;
}

function overlap(some: readonly string[], others: readonly string[]): boolean {
  return some.some((channel) => others.includes(channel));
}

function describe({ kind, channels }: Asked): string {
  return `${kind} ${channels.join()}`;
}
