// How does a feature broadcast what its transaction has changed, such that neither is there without the other? Through the outbox.
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { AnyChannel, ChannelTarget, EventInput, EventNameOf } from '@nestjs-realtime/contract';
import { eventOf } from '../broadcast/broadcast-event.js';
import { addressOf } from '../broadcast/broadcast-target.js';
import { OutboundGate } from '../broadcast/outbound-gate.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import type { BroadcastShort } from '../connections/broadcast-types.js';
import { BroadcastGuard } from '../guards/broadcast.guard.js';
import { OutboxRelay } from './outbox.relay.js';
import { IRealtimeOutboxStore, type OutboxEntry } from './outbox.store.js';

/**
 * Broadcasts with a transaction: the event is written to the application's own table, and published once the transaction has committed, by any
 * process that has the same `outbox`. After a rollback it is gone; a crash loses nothing. `Tx` is what the store takes for a transaction.
 *
 * Events of a channel are published in the order of the commits, at least once: on a channel with history clients get each once.
 *
 * @example
 * constructor(private readonly outbox: RealtimeOutbox<Queryable>) {}
 * await this.database.transaction(async (transaction) => {
 *   await this.orders.ship(transaction, orderId);
 *   await this.outbox.broadcast(transaction, orderChannel.with({ orderId }), 'shipped', { at });
 * });
 */
@Injectable()
export class RealtimeOutbox<Tx = unknown> {
  private readonly gate: OutboundGate;

  constructor(
    guard: BroadcastGuard,
    registry: HandlerRegistry,
    private readonly store: IRealtimeOutboxStore<Tx>,
    private readonly relay: OutboxRelay,
  ) {
    this.gate = new OutboundGate(guard, registry, RealtimeOutbox);
  }

  /**
   * Resolves when the event is written. Rejects with a `BroadcastFault` when gate 4 refuses, with the arguments of `IRealtimeBroadcaster`: let
   * the transaction fail then.
   */
  broadcast<Channel extends AnyChannel>(
    tx: Tx,
    target: ChannelTarget<Channel>,
    eventOrPayload: BroadcastShort<NoInfer<Channel>>,
  ): Promise<void>;
  broadcast<Channel extends AnyChannel, Event extends EventNameOf<NoInfer<Channel>>>(
    tx: Tx,
    target: ChannelTarget<Channel>,
    event: Event,
    payload: EventInput<NoInfer<Channel>, Event>,
  ): Promise<void>;
  async broadcast(tx: Tx, target: unknown, ...rest: unknown[]): Promise<void> {
    await this.store.insert(tx, [await this.entryOf(target, rest)]);
    this.relay.expect();
  }

  private async entryOf(target: unknown, rest: readonly unknown[]): Promise<OutboxEntry> {
    const { descriptor, name } = addressOf(target);
    const named = eventOf(descriptor, rest);
    const passed = this.gate.pass(this.gate.requestOf({ descriptor, names: [name] }, named));
    const payload: unknown = await Promise.resolve(passed).catch((error: unknown) => {
      throw this.gate.faultOf(error, name);
    });
    return { id: randomUUID(), channel: name, event: named.event, json: this.gate.encode(payload, name) ?? '' };
  }
}
