// May the handler begin? Checked in the same tick, because guards, schemas and pipes may have taken a while.
import type { MessageRequest } from '../connections/message-request.js';
import type { GuardChain } from './guard-chain.js';

/**
 * Calls the handler if the sender is still authorized. If rights have changed since the guards were asked, it asks them again first.
 *
 * @throws RealtimeException, or rejects with one, when the sender's authority has ended.
 */
export function startHandler(
  context: MessageRequest,
  guards: Pick<GuardChain, 'pass'> | null,
  handler: () => unknown,
): unknown {
  while (!context.mayBegin()) {
    const pending = guards?.pass(context);
    if (pending !== undefined) return pending.then(() => startHandler(context, guards, handler));
  }
  return context.start(handler);
}
