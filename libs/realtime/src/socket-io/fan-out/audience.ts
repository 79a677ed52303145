// Which members of a channel get an event, where it is not for all of them?

/** Only the members of a set, or all but those. Members are compared by identity. Frames without an audience are for every member. */
export class Audience {
  private constructor(
    private readonly members: ReadonlySet<object>,
    private readonly only: boolean,
  ) {}

  static only(members: Iterable<object>): Audience {
    return new Audience(new Set(members), true);
  }

  static allBut(members: Iterable<object>): Audience {
    return new Audience(new Set(members), false);
  }

  get isEmpty(): boolean {
    return this.only && this.members.size === 0;
  }

  includes(member: object): boolean {
    return this.members.has(member) === this.only;
  }

  /** Those of `all` who are not in `taken`; `all` is null for every member. */
  static minus(all: Audience | null, taken: Audience): Audience {
    if (all?.only) return Audience.only([...all.members].filter((member) => !taken.includes(member)));
    const missing = all?.members ?? NONE;
    return taken.only
      ? Audience.allBut([...missing, ...taken.members])
      : Audience.only([...taken.members].filter((member) => !missing.has(member)));
  }
}

const NONE: ReadonlySet<object> = new Set();
