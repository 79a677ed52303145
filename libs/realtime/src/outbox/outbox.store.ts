// Where do events wait that were written in a transaction? In a table of the application, behind this port.

/** One event of the outbox. It has passed gate 4. */
export interface OutboxEntry {
  /** Unique for good: channels with history know an event by it that is published twice. */
  readonly id: string;
  /** Concrete name of the channel. */
  readonly channel: string;
  readonly event: string;
  /** The payload as JSON, or empty text for an event that carries nothing. To be kept as it is: a type such as `jsonb` would change it. */
  readonly json: string;
}

/**
 * Keeps events from the transaction that wrote them until they are published. `Tx` is what stands for a transaction in the application. Pass an
 * implementation to `RealtimeModule.forRoot({ outbox })`; `outboxStoreContract()` in `nestjs-realtime/testing` asks for what follows.
 *
 * A store obliges itself to:
 * - give an entry to `claim` once its transaction has committed, and never before;
 * - give the entries of a channel in the order in which their transactions have committed, and within one transaction as they were inserted;
 * - give a claimed entry to no other caller, in any process, for 30 seconds or more, and again after that until it is removed;
 * - give no entry of a channel of which an earlier entry is claimed and not removed.
 *
 * Entries that are claimed again and again cannot be published now. Let their claims last longer each time, so that they do not fill each batch,
 * but no longer than two minutes: logs know what was published before for five.
 */
export abstract class IRealtimeOutboxStore<Tx = unknown> {
  /** Writes entries in the given transaction. */
  abstract insert(tx: Tx, entries: readonly OutboxEntry[]): Promise<void>;
  /** Claims the oldest entries that no caller holds, at most `limit`. */
  abstract claim(limit: number): Promise<readonly OutboxEntry[]>;
  /** Forgets entries that were published. Ids that are not there any more do no harm. */
  abstract remove(ids: readonly string[]): Promise<void>;
  /**
   * Calls the listener when entries may have been committed, so that they need not be looked for. Returns a function that ends this. Without
   * it, the table is read again and again, soon after each `insert` of this process and at the latest after five seconds.
   */
  onCommitted?(listener: () => void): () => void;
}
