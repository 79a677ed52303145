// Which requests of this connection are still unanswered?
import { MAX_TIMER_MS } from './pending.js';
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
export class Requests implements Link {
  private readonly unanswered = new Set<(refusal: RealtimeError) => void>();

  constructor(private readonly transport: Transport) {}

  ask(frame: string, body: unknown, timeout: number, answer: Answer): () => void {
    const timer = setTimeout(() => settle(timedOut()), Math.min(timeout, MAX_TIMER_MS));
    const stop = (): boolean => {
      clearTimeout(timer);
      return this.unanswered.delete(settle);
    };
    const settle = (refusal?: RealtimeError, reply?: unknown): void => {
      if (stop()) answer(refusal, reply);
    };
    this.unanswered.add(settle);
    try {
      this.transport.request(frame, body, (reply) =>
        settle(Array.isArray(reply) ? undefined : readRefusal(reply), reply),
      );
    } catch (cause) {
      // A cycle or a BigInt: JSON throws before anything is sent.
      settle(
        new RealtimeError('INVALID_PAYLOAD', 'The payload cannot be sent as JSON; remove cycles and BigInts.', {
          cause,
        }),
      );
    }
    return stop;
  }

  /** Answers every unanswered request with the reason. */
  fail(reason: RealtimeError): void {
    for (const settle of [...this.unanswered]) settle(reason);
  }
}
