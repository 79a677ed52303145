// What is left of a type after JSON, and which schemas does the compiler refuse because JSON loses their values? Checked by `npm run typecheck`.
import { expectTypeOf } from 'expect-type';
import { z } from 'zod';
import {
  defineRealtimeChannel,
  type ErrorsOf,
  type EventInput,
  type EventOutput,
  type Jsonify,
  type MessageOutput,
} from './index.js';

class Money {
  cents: number;
  toJSON(): string {
    return String(this.cents);
  }
}
class Invoice {
  at: Date;
  total: Money;
  lines: { readonly sku: string; readonly at: Date }[];
  note?: string;
  paid(): boolean {
    return false;
  }
}

expectTypeOf<Jsonify<Date>>().toEqualTypeOf<string>();
expectTypeOf<Jsonify<Money>>().toEqualTypeOf<string>();
expectTypeOf<Jsonify<Date[]>>().toEqualTypeOf<string[]>();
expectTypeOf<Jsonify<readonly [Date, number]>>().toEqualTypeOf<readonly [string, number]>();
expectTypeOf<Jsonify<'a' | null | undefined>>().toEqualTypeOf<'a' | null | undefined>();
expectTypeOf<Jsonify<Date | number>>().toEqualTypeOf<string | number>();
expectTypeOf<Jsonify<unknown>>().toEqualTypeOf<unknown>();
expectTypeOf<Jsonify<{ readonly toJSON: () => { readonly at: Date } }>>().toEqualTypeOf<{ readonly at: string }>();
expectTypeOf<keyof Jsonify<Invoice>>().toEqualTypeOf<'at' | 'total' | 'lines' | 'note'>();
expectTypeOf<Jsonify<Invoice>['at']>().toEqualTypeOf<string>();
expectTypeOf<Jsonify<Invoice>['total']>().toEqualTypeOf<string>();
expectTypeOf<Jsonify<Invoice>['lines']>().toEqualTypeOf<{ readonly sku: string; readonly at: string }[]>();
expectTypeOf<Pick<Jsonify<Invoice>, 'note'>>().toEqualTypeOf<{ note?: string }>();
expectTypeOf<Jsonify<Map<string, string>>>().toEqualTypeOf<never>();
expectTypeOf<Jsonify<bigint>>().toEqualTypeOf<never>();

const lists = defineRealtimeChannel({
  name: 'x',
  scope: 'public',
  events: { any: z.unknown(), dates: z.array(z.date()), either: z.union([z.date(), z.null()]), invoice: Invoice },
  messages: {
    ask: {
      payload: z.map(z.string(), z.bigint()), // A handler receives it, and it does not leave the server.
      errors: { LATE: z.object({ since: z.date() }), NEVER: null },
      reply: z.object({ at: z.date() }),
    },
    typing: { payload: z.object({ at: z.coerce.date() }), whisper: true },
  },
});
// A sender may leave out optional fields, and needs no methods.
expectTypeOf<EventInput<typeof lists, 'invoice'>>().toEqualTypeOf<Omit<Invoice, 'paid'>>();
export const invoice: EventInput<typeof lists, 'invoice'> = { at: new Date(), total: new Money(), lines: [] };
expectTypeOf<EventOutput<typeof lists, 'any'>>().toEqualTypeOf<unknown>();
expectTypeOf<EventOutput<typeof lists, 'dates'>>().toEqualTypeOf<string[]>();
expectTypeOf<EventOutput<typeof lists, 'either'>>().toEqualTypeOf<string | null>();
expectTypeOf<EventOutput<typeof lists, 'typing'>>().toEqualTypeOf<{
  readonly userId: string | null;
  readonly payload: { at: string };
}>();
expectTypeOf<MessageOutput<typeof lists, 'ask'>>().toEqualTypeOf<Map<string, bigint>>();
expectTypeOf<keyof ErrorsOf<typeof lists, 'ask'>>().toEqualTypeOf<'LATE' | 'NEVER'>();

const LOST = z.object({ deep: z.array(z.object({ ids: z.set(z.string()) })) });
class WithMap {
  at: Map<string, string>;
}
class WithBytes {
  bytes: Uint8Array;
}
// @ts-expect-error JSON loses a Set deep in an event
defineRealtimeChannel({ name: 'x', scope: 'public', events: { a: LOST } });
// @ts-expect-error JSON loses a Map in a class
defineRealtimeChannel({ name: 'x', scope: 'public', events: { a: WithMap } });
// @ts-expect-error JSON loses binary data in a class
defineRealtimeChannel({ name: 'x', scope: 'public', payload: WithBytes });
// @ts-expect-error JSON loses a symbol
defineRealtimeChannel({ name: 'x', scope: 'public', payload: z.symbol() });
// @ts-expect-error JSON loses an Error
defineRealtimeChannel({ name: 'x', scope: 'public', payload: z.object({ why: z.instanceof(Error) }) });
// @ts-expect-error JSON loses a Set in a reply
defineRealtimeChannel({ name: 'x', scope: 'public', messages: { a: { payload: null, reply: LOST } } });
// @ts-expect-error JSON loses a Set in the data of an error
defineRealtimeChannel({ name: 'x', scope: 'public', messages: { a: { payload: null, errors: { LOST } } } });
// @ts-expect-error JSON loses a Set in a whisper
defineRealtimeChannel({ name: 'x', scope: 'public', messages: { a: { payload: LOST, whisper: true } } });
// @ts-expect-error JSON loses a Set in a snapshot
defineRealtimeChannel({ name: 'x', scope: 'public', snapshot: LOST });
