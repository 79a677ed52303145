// May the handler begin? Asked in the tick in which it would: guards, schemas and pipes may have taken their time.
import type { RealtimeContext } from '../connections/realtime-context.js';
import type { GuardChain } from './guard-chain.js';

/**
 * Calls the handler where the sender still may; where truths have changed since its guards were asked, they are asked again first.
 *
 * @throws RealtimeException, or rejects with it, when the sender's authority has ended.
 */
export function startHandler(context: RealtimeContext, guards: GuardChain | null, handler: () => unknown): unknown {
  while (!context.mayBegin()) {
    const pending = guards?.pass(context);
    if (pending !== undefined) return pending.then(() => startHandler(context, guards, handler));
  }
  return handler();
}
