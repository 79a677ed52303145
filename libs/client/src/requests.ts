// Which requests of this connection are still unanswered?
import { MAX_TIMER_MS } from './pending.js';
import { readRefusal, RealtimeError, timedOut } from './realtime-error.js';
import type { Transport } from './client-transport.js';

/** Called once, with the refusal or the reply, before the next frame is handled. A batch that was taken has no refusal. */
export type Answer = (refusal: RealtimeError | undefined, reply?: unknown) => void;

/** Asks over the connection that stands now. */
export interface Link {
  /** @returns stops waiting; the answer is then ignored. */
  ask(frame: string, body: unknown, timeout: number, answer: Answer): () => void;
}

/** The requests of one connection; each gets exactly one answer, the end of the connection included. */
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
      // A cycle or a BigInt: found here, by JSON, before anything was sent.
      settle(new RealtimeError('INVALID_PAYLOAD', 'The payload cannot be sent as JSON.', { cause }));
    }
    return stop;
  }

  /** Answers all that is unanswered. */
  fail(reason: RealtimeError): void {
    for (const settle of [...this.unanswered]) settle(reason);
  }
}
