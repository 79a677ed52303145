// What may be written to the outbox, and what must not compile? Checked by `npm run typecheck`.
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { expectTypeOf } from 'expect-type';
import { z } from 'zod';
import { IRealtimeOutboxStore, type OutboxEntry, RealtimeModule, type RealtimeOutbox } from '../index.js';

interface Transaction {
  query(sql: string): Promise<void>;
}
declare const outbox: RealtimeOutbox<Transaction>;
declare const tx: Transaction;

const orders = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'authenticated',
  events: { shipped: z.object({ at: z.string() }), closed: null },
  history: true,
});
const feed = defineRealtimeChannel({ name: 'feed', scope: 'public', payload: z.number() });
const order = orders.with({ orderId: '1' });

expectTypeOf(outbox.broadcast(tx, order, 'shipped', { at: 'now' })).toEqualTypeOf<Promise<void>>();
void outbox.broadcast(tx, order, 'closed');
void outbox.broadcast(tx, feed, 1);
void outbox.broadcast(tx, feed, 'message', 1);

// @ts-expect-error no transaction
void outbox.broadcast(order, 'shipped', { at: 'now' });
// @ts-expect-error another transaction
void outbox.broadcast('tx', order, 'closed');
// @ts-expect-error another payload
void outbox.broadcast(tx, order, 'shipped', { at: 1 });
// @ts-expect-error no such event
void outbox.broadcast(tx, order, 'lost', { at: 'now' });
// @ts-expect-error an event that carries something
void outbox.broadcast(tx, order, 'shipped');
// @ts-expect-error params are missing
void outbox.broadcast(tx, orders, 'closed');
// @ts-expect-error one channel at a time
void outbox.broadcast(tx, [feed], 1);

class Store extends IRealtimeOutboxStore<Transaction> {
  async insert(transaction: Transaction, entries: readonly OutboxEntry[]): Promise<void> {
    for (const { json } of entries) await transaction.query(json);
  }
  async claim(): Promise<readonly OutboxEntry[]> {
    return [];
  }
  async remove(): Promise<void> {}
}
RealtimeModule.forRoot({ outbox: Store });
RealtimeModule.forRoot({ outbox: new Store() });
RealtimeModule.forRoot({ outbox: { useFactory: () => new Store() } });
// @ts-expect-error no store
RealtimeModule.forRoot({ outbox: { insert: () => undefined } });
