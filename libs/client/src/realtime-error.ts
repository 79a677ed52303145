// Why did a request fail, a subscription end or a connection close? One error class answers for all three.
import type { EvictionCode, GoodbyeCode, Issue, RefusalCode } from '@nestjs-realtime/contract';

/**
 * Codes that the client itself gives, beside those of the protocol:
 * - `DISCONNECTED`: there is no connection; whether a request in flight was carried out is unknown.
 * - `CLOSED`: `disconnect()` or `unsubscribe()` was called here.
 * - `PROTOCOL_MISMATCH`: the server speaks another version of the protocol.
 *
 * `TIMEOUT` comes from either side: the handler took too long, or no answer arrived within the timeout of the client.
 */
export type ClientCode = 'DISCONNECTED' | 'CLOSED' | 'PROTOCOL_MISMATCH';

/** Every code a `RealtimeError` can carry. */
export type RealtimeErrorCode = RefusalCode | EvictionCode | GoodbyeCode | ClientCode;

interface RealtimeErrorDetails {
  /** Whether the same attempt may succeed later. */
  readonly retryable?: boolean;
  readonly issues?: readonly Issue[];
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** A refusal of the server, or a failure on the way to it. Branch on `code`; `message` is for people. */
export class RealtimeError extends Error {
  override readonly name = 'RealtimeError';
  /** Whether the same attempt may succeed later. The client retries connections and subscriptions itself, never `send()`. */
  readonly retryable: boolean;
  /** With `INVALID_PAYLOAD`: where the payload violates its schema. */
  readonly issues: readonly Issue[];
  /** With `RATE_LIMITED`, and from a server that shuts down: milliseconds until the next attempt can succeed. */
  readonly retryAfterMs?: number;

  constructor(
    readonly code: RealtimeErrorCode,
    message: string,
    { retryable = false, issues = [], retryAfterMs, cause }: RealtimeErrorDetails = {},
  ) {
    super(message, { cause });
    this.retryable = retryable;
    this.issues = issues;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The error of a server's refusal. A malformed refusal becomes a retryable `INTERNAL`. */
export function readError(refusal: unknown): RealtimeError {
  const { code, message, ...details } = (refusal ?? {}) as Partial<RealtimeError>;
  return code
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

/** This client called `disconnect()` or `unsubscribe()`. */
export function closedHere(): RealtimeError {
  return new RealtimeError('CLOSED', 'Closed by this client.');
}
