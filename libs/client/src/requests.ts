// Which requests of this connection are still unanswered?
import type { ConnectionLimits } from '@nestjs-realtime/contract';
import type { Transport } from './client-transport.js';
import { Pace } from './pace.js';
import { readRefusal, RealtimeError, timedOut } from './realtime-error.js';

/** Called once, with the refusal or the reply, before the next frame is handled. A batch that the server accepted has no refusal of its own. */
export type Answer = (refusal: RealtimeError | undefined, reply?: unknown) => void;

/** Sends requests over the current connection, no faster than the server takes them. */
export interface Link {
  /** Whether the connection is lost. */
  readonly hasEnded: boolean;
  /**
   * Sends a request as soon as the server takes it, before all that is queued.
   * @returns a function that stops waiting: the answer is then ignored, and what has not been sent is not sent.
   */
  ask(frame: string, body: unknown, timeout: number, answer: Answer): () => void;
  /**
   * Calls `go` in its turn, in which it may call `tell` once. It is also called when the connection is lost.
   * @returns a function that leaves the queue.
   */
  queue(go: () => void): () => void;
  /** Sends a request at once, and waits for as long as it takes. @returns as `ask`. */
  tell(frame: string, body: unknown, answer: Answer): () => void;
}

/** The requests of one connection. Each gets exactly one answer; the end of the connection counts as one. */
export interface Requests extends Link {
  /** The queue finds that the connection is lost. @returns a function that answers every unanswered request with the reason. */
  end(reason: RealtimeError): () => void;
}

/** @param limits without them, nothing waits. */
export function requestsOver(transport: Transport, limits?: ConnectionLimits): Requests {
  transport.payloadBytes = limits?.payloadBytes;
  return new OpenRequests(transport, limits && new Pace(limits));
}

class OpenRequests implements Requests {
  private readonly unanswered = new Set<(refusal: RealtimeError) => void>();
  private ended?: RealtimeError;

  constructor(
    private readonly transport: Transport,
    private readonly pace: Pace | undefined,
  ) {}

  get hasEnded(): boolean {
    return this.ended !== undefined;
  }

  ask(frame: string, body: unknown, timeout: number, answer: Answer): () => void {
    let leave = (): void => undefined;
    const timer = setTimeout(() => settle(timedOut()), timeout);
    const { settle, stop } = this.open(answer, () => {
      clearTimeout(timer);
      leave();
    });
    leave = this.enter(() => this.send(frame, body, settle), false);
    return stop;
  }

  queue(go: () => void): () => void {
    return this.enter(go, true);
  }

  tell(frame: string, body: unknown, answer: Answer): () => void {
    const { settle, stop } = this.open(answer, () => undefined);
    this.send(frame, body, settle);
    return stop;
  }

  end(reason: RealtimeError): () => void {
    this.ended = reason;
    for (const go of this.pace?.stop() ?? []) go();
    return () => {
      for (const settle of [...this.unanswered]) settle(reason);
    };
  }

  private enter(go: () => void, isMessage: boolean): () => void {
    if (this.pace && !this.ended) return this.pace.enter(go, isMessage);
    go();
    return () => undefined;
  }

  private open(answer: Answer, stopped: () => void) {
    const stop = (): boolean => {
      stopped();
      return this.unanswered.delete(settle);
    };
    const settle = (refusal?: RealtimeError, reply?: unknown): void => {
      if (stop()) answer(refusal, reply);
    };
    this.unanswered.add(settle);
    return { settle, stop };
  }

  private send(frame: string, body: unknown, settle: Answer): void {
    if (this.ended) return settle(this.ended);
    let arrived: (() => void) | undefined;
    try {
      this.transport.request(frame, body, (reply) => {
        settle(Array.isArray(reply) ? undefined : readRefusal(reply), reply);
        arrived?.();
      });
      arrived = this.pace?.spend();
    } catch (cause) {
      // Nothing was sent: JSON has thrown, or the frame is none that the server takes.
      const message = 'The payload cannot be sent as JSON; remove cycles, BigInts and binary data.';
      settle(RealtimeError.is(cause) ? cause : new RealtimeError('INVALID_PAYLOAD', message, { cause }));
    }
  }
}
