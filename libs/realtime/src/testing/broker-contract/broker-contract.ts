// Does a broker keep what its port promises? Cases for any test runner, to be run against a broker of your own.
import { ContractRun, type NewNode } from './contract-run.js';
import { COMMAND_CASES } from './contract-of-commands.js';
import { LOG_CASES } from './contract-of-logs.js';
import { NODE_CASES } from './contract-of-nodes.js';

/** One promise of brokers, as a test. */
export interface BrokerContractTest {
  /** A sentence whose subject is the broker. */
  readonly title: string;
  /** Rejects with what the broker did not keep. */
  readonly run: () => Promise<void>;
}

/** What is different about the engine of a broker. */
export interface BrokerContractOptions {
  /** The broker is for a single process, so it is asked only what concerns one node. */
  readonly singleNode?: boolean;
  /**
   * The engine lets one of several writers of a log win, such as by compare-and-set, and the broker refuses the others with `UNAVAILABLE`, as
   * the port allows. The contract then repeats a refused publish with the same idempotency key, as an application does.
   */
  readonly optimistic?: boolean;
}

/**
 * The promises of `IRealtimeBroker` as tests. `newNode` makes the broker of one more node, which is not started; all share one engine.
 *
 * @example
 * describe('my broker', () => {
 *   it.each(brokerContract(() => new MyBroker(url)))('$title', ({ run }) => run());
 * });
 */
export function brokerContract(
  newNode: NewNode,
  { singleNode = false, optimistic = false }: BrokerContractOptions = {},
): readonly BrokerContractTest[] {
  const cases = singleNode ? LOG_CASES : [...LOG_CASES, ...NODE_CASES, ...COMMAND_CASES];
  return cases.map(({ title, run }) => ({
    title,
    run: async () => {
      const started = new ContractRun(newNode, optimistic);
      try {
        await run(started);
      } finally {
        await started.stop();
      }
    },
  }));
}
