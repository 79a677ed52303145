// How is a request refused? With a code of the protocol, short and safe to send.
import {
  type Issue,
  type RefusalCode,
  type RefusalError,
  REFUSALS,
  type RefusalReply,
} from '@nestjs-realtime/contract';

/** What may accompany a refusal. */
export interface RealtimeExceptionOptions {
  /** Text for the peer, by default the code's own. It goes over the wire: keep internals and input out of it. */
  readonly message?: string;
  /** Where a payload broke its schema, at most 10. */
  readonly issues?: readonly Issue[];
  /** Milliseconds after which a retry may succeed. */
  readonly retryAfterMs?: number;
  /** Why, for the log and the `refused` hook; never sent. */
  readonly reason?: string;
  /** The error that led to the refusal; never sent. */
  readonly cause?: unknown;
}

/**
 * A refusal, sent to the peer as `{ code, message, retryable }`. Throw it from authenticators, guards, pipes and handlers.
 *
 * @example throw new RealtimeException('UNAVAILABLE', { reason: 'the billing service is down' });
 */
export class RealtimeException extends Error {
  override readonly name = 'RealtimeException';
  readonly retryable: boolean;
  readonly issues?: readonly Issue[];
  readonly retryAfterMs?: number;
  /** Why, for the log and the `refused` hook; never sent. */
  readonly reason?: string;

  constructor(
    readonly code: RefusalCode,
    options: RealtimeExceptionOptions = {},
  ) {
    super(options.message ?? REFUSALS[code].message, { cause: options.cause });
    this.retryable = REFUSALS[code].retryable;
    this.issues = options.issues?.slice(0, MAX_ISSUES);
    this.retryAfterMs = options.retryAfterMs;
    this.reason = options.reason;
  }

  /** The `error` of a refusal reply and the `data` of a `connect_error`. */
  toError(): RefusalError {
    return {
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      ...(this.issues && { issues: this.issues }),
      ...(this.retryAfterMs !== undefined && { retryAfterMs: this.retryAfterMs }),
    };
  }

  /** The whole reply; it names no channel. */
  toReply(): RefusalReply {
    return { ok: false, error: this.toError() };
  }
}

/** A programmer's error, thrown at boot or to the caller of a broadcast. The message says what is wrong, where, and how to fix it. */
export class RealtimeFault extends Error {
  override readonly name: string = 'RealtimeFault';

  /** One fault that lists several in one message. */
  static of(heading: string, faults: readonly string[]): RealtimeFault {
    return new RealtimeFault(`${heading}\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

const MAX_ISSUES = 10;
