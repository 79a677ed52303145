// Does the presence store of a broker keep what its port promises? Cases for any test runner, to be run against a broker of your own.
import type { NewNode } from '../broker-contract/contract-run.js';
import { MEMBER_CASES } from './contract-of-members.js';
import { NODE_CASES } from './contract-of-stores.js';
import { ONLINE_CASES } from './contract-of-online.js';
import { type PresenceCase, PresenceRun } from './presence-run.js';

/** One promise of presence stores, as a test. */
export interface PresenceContractTest {
  /** A sentence whose subject is the store. */
  readonly title: string;
  /** Rejects with what the store did not keep. */
  readonly run: () => Promise<void>;
}

/**
 * The promises of `IRealtimePresenceStore` as tests. `newNode` makes the broker of one more node, which is not started; all share one
 * engine. Give nodes a short lease, because some cases wait until the lease of a node is over.
 *
 * @example
 * describe('the store of my broker', () => {
 *   it.each(presenceStoreContract(() => new MyBroker(url)))('$title', ({ run }) => run());
 * });
 */
export function presenceStoreContract(
  newNode: NewNode,
  { singleNode = false }: { readonly singleNode?: boolean } = {},
): readonly PresenceContractTest[] {
  const ofOne: readonly PresenceCase[] = [...MEMBER_CASES, ...ONLINE_CASES];
  const cases = singleNode ? ofOne : [...ofOne, ...NODE_CASES];
  return cases.map(({ title, run }) => ({
    title,
    run: async () => {
      const started = new PresenceRun(newNode);
      try {
        await run(started);
      } finally {
        await started.stop();
      }
    },
  }));
}
