// Does every client believe of its room what is true? True is which clients are connected and subscribed, seen from outside.
import { until } from '../kit/until.js';
import type { ChaosMember } from './member.js';

/** How often it is told what clients believe that is wrong. */
const TOLD_EVERY_MS = 8_000;

/** What clients believe, and is wrong; summed over clients. */
export interface Differences {
  /** Users that a client believes to be there, and who are not. */
  readonly ghosts: number;
  /** Users who are there, and a client does not know it. */
  readonly missing: number;
  /** Clients that are in no room. */
  readonly outside: number;
  readonly first: string;
}

export class Attendance {
  ghosts = 0;
  missingMembers = 0;
  /** The longest time after which all clients believed what was true, since all nodes were well again. */
  slowestMs = 0;
  readonly notes: string[] = [];

  /** @param say hears, while clients believe what is wrong, what it is. */
  constructor(
    private readonly members: readonly ChaosMember[],
    private readonly say: (line: string) => void,
  ) {}

  /** Who is where: users by room. */
  get truth(): ReadonlyMap<string, ReadonlySet<string>> {
    const rooms = new Map<string, Set<string>>();
    for (const { room, userId } of this.members.filter(({ isHere }) => isHere)) {
      const users = rooms.get(room) ?? new Set();
      rooms.set(room, users.add(userId));
    }
    return rooms;
  }

  /** Waits until all clients believe what is true. What is wrong when the time is over counts. */
  async check(after: string, withinMs: number): Promise<void> {
    const began = performance.now();
    const isRight = ({ ghosts, missing, outside }: Differences): boolean => ghosts + missing + outside === 0;
    let told = began;
    const look = (): Differences => {
      const found = this.differences();
      if (!isRight(found) && performance.now() - told > TOLD_EVERY_MS) {
        told = performance.now();
        const { ghosts, missing, outside, first } = found;
        this.say(`  not yet: ${ghosts} ghosts, ${missing} missing members, ${outside} outside: ${first}`);
      }
      return found;
    };
    try {
      await until(look, isRight, withinMs);
    } catch {
      const { ghosts, missing, outside, first } = this.differences();
      this.ghosts += ghosts;
      this.missingMembers += missing;
      if (ghosts + missing + outside === 0) return;
      this.notes.push(`after "${after}": ${ghosts} ghosts, ${missing} missing members, ${outside} outside: ${first}`);
    }
    this.slowestMs = Math.max(this.slowestMs, performance.now() - began);
  }

  private differences(): Differences {
    const { truth } = this;
    let [ghosts, missing, outside, first] = [0, 0, 0, ''];
    for (const { room, userId, known, isHere } of this.members) {
      if (!isHere) {
        outside++;
        first ||= `${userId} is in no room`;
        continue;
      }
      const users = truth.get(room)!;
      const false_ = [...known].filter((each) => !users.has(each));
      const unknown = [...users].filter((each) => !known.has(each));
      ghosts += false_.length;
      missing += unknown.length;
      if (false_.length + unknown.length > 0) first ||= `${userId} in ${room}: +${false_.join()} -${unknown.join()}`;
    }
    return { ghosts, missing, outside, first };
  }
}
