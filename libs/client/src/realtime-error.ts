// Why did a request fail, a subscription end or a connection close? One error class answers for all three.
import type { EvictionCode, GoodbyeCode, Issue, RefusalCode } from '@nestjs-realtime/contract';

/**
 * Codes that the client itself gives, beside those of the protocol:
 * - `DISCONNECTED`: there is no connection; whether a request in flight was carried out is unknown.
 * - `CLOSED`: `disconnect()`, `close()` or `unsubscribe()` was called here.
 * - `PROTOCOL_MISMATCH`: the server speaks another version of the protocol.
 *
 * `TIMEOUT` comes from either side: the handler took too long, or no answer arrived within the timeout of the client. So does
 * `SLOW_CONSUMER`: the client did not read what the server sent, or a loop did not take what the client received.
 */
export type ClientCode = 'DISCONNECTED' | 'CLOSED' | 'PROTOCOL_MISMATCH';

/** Every code of the protocol and of the client. A message may declare further ones. */
export type RealtimeErrorCode = RefusalCode | EvictionCode | GoodbyeCode | ClientCode;

interface RealtimeErrorDetails<Data> {
  readonly data?: Data | undefined;
  /** Whether the same attempt may succeed later. */
  readonly retryable?: boolean | undefined;
  readonly issues?: readonly Issue[] | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** Shared by every copy of this package in a process or a page. */
const BRAND = Symbol.for('nestjs-realtime.RealtimeError');

/** A refusal of the server, or a failure on the way to it. Branch on `code`; `message` is for people. */
export class RealtimeError<Code extends string = string, Data = unknown> extends Error {
  override readonly name = 'RealtimeError';
  /** With a code that the message declares: what it declares for it. */
  readonly data: Data;
  /** Whether the same attempt may succeed later. The client retries connections and subscriptions itself, never `send()`. */
  readonly retryable: boolean;
  /** With `INVALID_PAYLOAD`: where the payload violates its schema. */
  readonly issues: readonly Issue[];
  /** With `RATE_LIMITED`, and from a server that shuts down: milliseconds until the next attempt can succeed. */
  declare readonly retryAfterMs?: number;

  constructor(
    readonly code: Code,
    message: string,
    { data, retryable = false, issues = [], retryAfterMs, cause }: RealtimeErrorDetails<Data> = {},
  ) {
    super(message, { cause });
    this.data = data as Data;
    this.retryable = retryable;
    this.issues = issues;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }

  static {
    Object.assign(this.prototype, { [BRAND]: true });
  }

  /** Whether the value is a RealtimeError, of this copy of the package or of another: `instanceof` knows its own copy only. */
  static is(error: unknown): error is RealtimeError {
    return (error as { readonly [BRAND]?: true } | null | undefined)?.[BRAND] === true;
  }
}

/** The error of a server's refusal. A malformed refusal becomes a retryable `INTERNAL`. */
export function readError(refusal: unknown): RealtimeError {
  const { code, message, ...details } = (refusal ?? {}) as Partial<RealtimeError>;
  return typeof code === 'string'
    ? new RealtimeError(code, message ?? code, details)
    : new RealtimeError('INTERNAL', 'The server sent a malformed answer.', { retryable: true });
}

/** The refusal in one reply, if it is one. */
export function readRefusal(reply: unknown): RealtimeError | undefined {
  const { ok, error } = (reply ?? {}) as { ok?: unknown; error?: unknown };
  return ok === true ? undefined : readError(error);
}

/** No answer arrived within the timeout of the client. */
export function timedOut(): RealtimeError {
  return new RealtimeError('TIMEOUT', 'No answer in time.', { retryable: true });
}

/** This client called `disconnect()`, `close()` or `unsubscribe()`. */
export function closedHere(): RealtimeError {
  return new RealtimeError('CLOSED', 'Closed by this client.');
}

/** The connection was lost before an answer came. */
export function disconnected(cause: RealtimeError): RealtimeError {
  return new RealtimeError('DISCONNECTED', 'The connection was lost before the answer came.', {
    retryable: true,
    cause,
  });
}
