// Which channels do the type tests of all packages know? One of each kind, as an application declares them.
import { defineRealtimeChannel } from '../src/index.js';
import { z } from 'zod';

export class Shipped {
  at: Date;
  by: string;
  late(): boolean {
    return false;
  }
}
export class Note {
  text: string;
}
const Bid = z.object({ amount: z.number(), unit: z.string().default('EUR') });

export const orders = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'authenticated',
  events: { shipped: Shipped, bidded: Bid, refresh: null },
  messages: {
    addNote: Note,
    poke: null,
    bid: {
      payload: Bid,
      errors: { BID_TOO_LOW: z.object({ minimum: z.number() }), CLOSED: null },
      reply: z.object({ rank: z.number() }),
    },
    typing: { payload: z.object({ on: z.boolean() }), whisper: true },
  },
});
/** A channel with history and a snapshot. */
export const room = defineRealtimeChannel({
  name: 'rooms.{roomId}',
  scope: 'authenticated',
  events: { said: Note },
  messages: { say: Note },
  history: { size: 500, ttl: '10m' },
  snapshot: z.object({ topic: z.string() }),
});
export const ping = defineRealtimeChannel({
  name: 'realtime-ping',
  scope: 'public',
  payload: z.object({ n: z.number() }),
  message: Note,
});
export const word = defineRealtimeChannel({ name: 'word', scope: 'public', payload: z.string().optional() });
export const one = defineRealtimeChannel({
  name: 'one',
  scope: 'public',
  events: { ping: z.string().optional() },
});
export const inbox = defineRealtimeChannel({
  name: 'inbox.{userId}',
  scope: { userScoped: 'userId' },
  events: { mail: Note },
  autoSubscribe: true,
});
export const here = defineRealtimeChannel({ name: 'here', scope: { role: 'staff' }, events: { x: null } });
export const price = defineRealtimeChannel({
  name: 'price.{sku}',
  scope: 'public',
  events: { tick: z.object({ p: z.number() }) },
});
export const silent = defineRealtimeChannel({ name: 'silent', scope: 'public' });

/** Not a channel: a module exports other values, too. */
export const ANSWER = 42;
