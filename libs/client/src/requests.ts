// Which requests of this connection are still unanswered?
import { readRefusal, RealtimeError, timedOut } from './realtime-error.js';
import type { Transport } from './client-transport.js';

/** Called once, with the refusal or the reply, before the next frame is handled. A batch that the server accepted has no refusal of its own. */
export type Answer = (refusal: RealtimeError | undefined, reply?: unknown) => void;

/** Sends requests over the current connection. */
export interface Link {
  /** @returns a function that stops waiting; the answer is then ignored. */
  ask(frame: string, body: unknown, timeout: number, answer: Answer): () => void;
}

/** The requests of one connection. Each gets exactly one answer; the end of the connection counts as one. */
export interface Requests extends Link {
  /** Answers every unanswered request with the reason, and every later one. */
  fail(reason: RealtimeError): void;
}

export function requestsOver(transport: Transport): Requests {
  const unanswered = new Set<(refusal: RealtimeError) => void>();
  let ended: RealtimeError | undefined;
  return {
    ask(frame, body, timeout, answer) {
      const timer = setTimeout(() => settle(timedOut()), timeout);
      const stop = (): boolean => {
        clearTimeout(timer);
        return unanswered.delete(settle);
      };
      const settle = (refusal?: RealtimeError, reply?: unknown): void => {
        if (stop()) answer(refusal, reply);
      };
      unanswered.add(settle);
      if (ended) settle(ended);
      try {
        transport.request(frame, body, (reply) => settle(Array.isArray(reply) ? undefined : readRefusal(reply), reply));
      } catch (cause) {
        // A cycle or a BigInt: JSON throws before anything is sent.
        const message = 'The payload cannot be sent as JSON; remove cycles and BigInts.';
        settle(new RealtimeError('INVALID_PAYLOAD', message, { cause }));
      }
      return stop;
    },
    fail(reason) {
      ended = reason;
      for (const settle of [...unanswered]) settle(reason);
    },
  };
}
