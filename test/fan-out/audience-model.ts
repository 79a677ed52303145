// What should each member hear of a script? The rules in their simplest form, without any of the fan-out's means.
import fc from 'fast-check';

interface Place {
  readonly conflates: boolean;
  readonly rooms: readonly string[];
}
/** One step of a script. Members are numbers. */
export type Move =
  | { readonly kind: 'turn' }
  | (Place & {
      readonly kind: 'broadcast';
      readonly event: 'a' | 'b';
      readonly n: number;
      readonly except: readonly number[];
      readonly exceptUser: string | null;
    })
  | (Place & {
      readonly kind: 'send';
      readonly event: 'a' | 'b';
      readonly n: number;
      readonly member: number;
      readonly toUser: string | null;
    })
  | (Place & { readonly kind: 'evict'; readonly member: number });

/** `channel event payload`. */
export type Heard = string;

interface Waiting {
  readonly channel: string;
  readonly event: string;
  readonly text: Heard;
}

const room = fc.constantFrom('1', '2', '3');
const event = fc.constantFrom('a' as const, 'b' as const);
const user = fc.constantFrom(null, null, 'ann', 'bob', 'nobody');

/** Scripts for that many members. */
export function moves(members: number): fc.Arbitrary<Move[]> {
  const member = fc.nat({ max: members - 1 });
  const base = { conflates: fc.boolean(), n: fc.nat({ max: 999 }), event };
  const broadcast = fc.record({
    kind: fc.constant('broadcast' as const),
    ...base,
    rooms: fc.uniqueArray(room, { minLength: 1, maxLength: 3 }),
    except: fc.uniqueArray(member, { maxLength: 2 }),
    exceptUser: user,
  });
  const send = fc.record({
    kind: fc.constant('send' as const),
    ...base,
    rooms: fc.tuple(room),
    member,
    toUser: user,
  });
  const evict = fc.record({
    kind: fc.constant('evict' as const),
    conflates: fc.boolean(),
    rooms: fc.tuple(room),
    member,
  });
  const turn = fc.constant({ kind: 'turn' as const });
  return fc.array(
    fc.oneof(
      { arbitrary: broadcast, weight: 6 },
      { arbitrary: send, weight: 3 },
      { arbitrary: evict, weight: 1 },
      { arbitrary: turn, weight: 1 },
    ),
    { maxLength: 14 },
  );
}

export class AudienceModel {
  readonly received: Heard[][];
  private readonly waiting: Waiting[][];
  private readonly joined: Set<string>[];

  /** Without `gathers`, nothing waits, so nothing is conflated. */
  constructor(
    private readonly members: readonly { readonly as?: string; readonly rooms: readonly string[] }[],
    private readonly gathers: boolean,
  ) {
    this.received = members.map(() => []);
    this.waiting = members.map(() => []);
    this.joined = members.map(({ rooms }) => new Set(rooms.flatMap((each) => [`rooms.${each}`, `prices.${each}`])));
  }

  play(script: readonly Move[]): void {
    for (const move of script) {
      if (move.kind === 'turn') this.endTurn();
      else this.make(move);
    }
    this.endTurn();
  }

  private make(move: Exclude<Move, { kind: 'turn' }>): void {
    const channels = move.rooms.map((each) => `${move.conflates ? 'prices' : 'rooms'}.${each}`);
    if (move.kind === 'evict') {
      // Only a notice makes what waits leave first.
      if (this.joined[move.member].delete(channels[0])) this.settle(move.member);
      return;
    }
    for (const [index, { as }] of this.members.entries()) {
      const channel = channels.find((each) => this.joined[index].has(each));
      const isMeant =
        move.kind === 'send'
          ? move.toUser === null
            ? index === move.member
            : as === move.toUser
          : !move.except.includes(index) && (move.exceptUser === null || as !== move.exceptUser);
      if (channel !== undefined && isMeant) this.hear(index, channel, move);
    }
  }

  private hear(
    index: number,
    channel: string,
    { event, n, conflates }: { event: string; n: number; conflates: boolean },
  ): void {
    const own = this.waiting[index];
    if (conflates) {
      const older = own.findIndex((each) => each.channel === channel && each.event === event);
      if (older !== -1) own.splice(older, 1);
    }
    own.push({ channel, event, text: `${channel} ${event} ${n}` });
    if (!this.gathers) this.settle(index);
  }

  private settle(index: number): void {
    this.received[index].push(...this.waiting[index].splice(0).map(({ text }) => text));
  }

  private endTurn(): void {
    for (const index of this.members.keys()) this.settle(index);
  }
}
