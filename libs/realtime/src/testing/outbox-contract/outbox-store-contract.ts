// Does a store of the outbox keep what its port promises? Cases for any test runner, to be run against a store of your own.
import { CLAIM_CASES } from './contract-of-claims.js';
import { type OutboxStoreUnderTest, StoreRun } from './store-run.js';

/** One promise of stores, as a test. */
export interface OutboxStoreContractTest {
  /** A sentence whose subject is the store. */
  readonly title: string;
  /** Rejects with what the store did not keep. */
  readonly run: () => Promise<void>;
}

/**
 * The promises of `IRealtimeOutboxStore` as tests. The table is empty before each of them, and after it.
 *
 * @example
 * describe('my store', () => {
 *   it.each(outboxStoreContract({ store: () => new MyStore(database), transaction, expireClaims }))('$title', ({ run }) => run());
 * });
 */
export function outboxStoreContract<Tx>(under: OutboxStoreUnderTest<Tx>): readonly OutboxStoreContractTest[] {
  return CLAIM_CASES.map(({ title, run }) => ({
    title,
    run: async () => {
      const started = new StoreRun(under);
      try {
        await run(started);
      } finally {
        await started.clear();
      }
    },
  }));
}
