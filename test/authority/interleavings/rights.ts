// Who has which rights, and since when? A database reads an answer when asked, and gives it when the test releases it.
export const USERS = ['ann', 'bob'] as const;
export type UserId = (typeof USERS)[number];
/** One channel by scope alone, one by role, and two by the guard of rooms. */
export const CHANNELS = ['inside', 'staff', 'room.1', 'room.2'] as const;
export type Channel = (typeof CHANNELS)[number];

/** One question that the guard of rooms asked, with its moment. */
export interface Judgement {
  readonly connection: object;
  readonly channel: string;
  readonly at: number;
  readonly allowed: boolean;
}

interface Change {
  readonly at: number;
  readonly allowed: boolean;
}

export class Rights {
  readonly judgements: Judgement[] = [];
  private clock = 0;
  private asked = 0;
  private readonly history = new Map<string, Change[]>();
  private readonly held: (() => void)[] = [];

  /** `holds` decides for each answer in turn whether it is held back. */
  constructor(private readonly holds: readonly boolean[]) {}

  /** A moment later than all before. */
  now(): number {
    return ++this.clock;
  }

  set(user: UserId, channel: Channel, allowed: boolean): void {
    this.changesOf(user, channel).push({ at: this.now(), allowed });
  }

  allows(user: UserId, channel: Channel): boolean {
    return channel === 'inside' || this.changesOf(user, channel).at(-1)!.allowed;
  }

  /** Whether it was denied at some moment since. */
  deniedSince(user: UserId, channel: Channel, moment: number): boolean {
    if (channel === 'inside') return false;
    const changes = this.changesOf(user, channel);
    return changes.some(({ allowed }, index) => !allowed && (changes[index + 1]?.at ?? Infinity) >= moment);
  }

  /** Since when it has been denied without a break; null when it is allowed. */
  denialBegan(user: UserId, channel: Channel): number | null {
    if (this.allows(user, channel)) return null;
    const changes = this.changesOf(user, channel);
    return changes[changes.findLastIndex(({ allowed }) => allowed) + 1].at;
  }

  judge(connection: object, user: UserId, channel: Channel): Promise<boolean> {
    const allowed = this.allows(user, channel);
    this.judgements.push({ connection, channel, at: this.now(), allowed });
    return this.answer(allowed);
  }

  /** Gives a value that was read, at once or when it is released. */
  async answer<Value>(value: Value): Promise<Value> {
    if (this.holds[this.asked++ % this.holds.length]) await new Promise<void>((resolve) => this.held.push(resolve));
    return value;
  }

  release(index: number): void {
    if (this.held.length > 0) this.held.splice(index % this.held.length, 1)[0]();
  }

  private changesOf(user: UserId, channel: Channel): Change[] {
    const key = `${user} ${channel}`;
    const known = this.history.get(key) ?? [{ at: 0, allowed: true }];
    this.history.set(key, known);
    return known;
  }
}
