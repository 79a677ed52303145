// What if the application has no outbox? Then what is written to it is a fault, and nothing is read.
import { RealtimeFault } from '../realtime.exception.js';
import { IRealtimeOutboxStore, type OutboxEntry } from './outbox.store.js';

export class NoOutboxStore extends IRealtimeOutboxStore {
  override insert(): Promise<void> {
    const fault =
      'RealtimeOutbox has no table to write to; pass RealtimeModule.forRoot({ outbox }) a store that extends IRealtimeOutboxStore.';
    return Promise.reject(new RealtimeFault(fault));
  }

  override claim(): Promise<readonly OutboxEntry[]> {
    return Promise.resolve([]);
  }

  override remove(): Promise<void> {
    return Promise.resolve();
  }
}
