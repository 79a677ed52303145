// Why did a request fail, a subscription end or a connection close? One error class answers for all three.
import type { ByeFrame, EvictionCode, GoodbyeCode, Issue, RefusalCode } from '@nestjs-realtime/contract';

/**
 * Codes that the client itself gives, beside those of the protocol:
 * - `DISCONNECTED`: there is no connection; whether a request in flight was carried out is unknown.
 * - `CLOSED`: `disconnect()`, `close()` or `unsubscribe()` was called here; or there is neither a page nor `url`, so no server.
 * - `PROTOCOL_MISMATCH`: the server speaks another version of the protocol, or is no server of nestjs-realtime.
 * - those of `ConnectCode`.
 *
 * `TIMEOUT` comes from either side: the handler took too long, or no answer arrived within the timeout of the client. So does
 * `SLOW_CONSUMER`: the client did not read what the server sent, or a loop did not take what the client received.
 */
export type ClientCode = 'DISCONNECTED' | 'CLOSED' | ConnectCode;

/**
 * Why a connection does not come about. `message` names the address, and what to look at.
 * - `NOT_FOUND`: nothing is at this path.
 * - `ORIGIN_REFUSED`: the server, or a proxy, forbids it (403); the server does so for pages that are not in its `origins`.
 * - `BAD_GATEWAY`: a proxy has no server behind it, or the server fails (5xx).
 * - `DNS_FAILED`, `CONNECTION_REFUSED`, `TLS_FAILED`: Node only; browsers do not tell them apart from `UNREACHABLE`.
 * - `HANDSHAKE_REFUSED`: there is a server, which does not connect; the browser may hide why.
 * - `UNREACHABLE`: no answer at all.
 * - `BLOCKED`: the page's Content-Security-Policy forbids it. The only one that is never retried.
 */
export type ConnectCode =
  | 'PROTOCOL_MISMATCH'
  | 'NOT_FOUND'
  | 'ORIGIN_REFUSED'
  | 'BAD_GATEWAY'
  | 'DNS_FAILED'
  | 'CONNECTION_REFUSED'
  | 'TLS_FAILED'
  | 'HANDSHAKE_REFUSED'
  | 'UNREACHABLE'
  | 'BLOCKED';

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
    // Old engines have no such option.
    if (cause !== undefined && this.cause === undefined) this.cause = cause;
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

/** Whether other credentials may change the answer. */
export function isLackOfRights(error: RealtimeError | undefined): boolean {
  return ['UNAUTHENTICATED', 'FORBIDDEN', 'REVOKED', 'EXPIRED'].includes(error?.code ?? '');
}

/** No answer arrived within the timeout of the client. */
export function timedOut(from = ''): RealtimeError {
  return new RealtimeError('TIMEOUT', `No answer${from} in time.`, { retryable: true });
}

/** This client called `disconnect()`, `close()` or `unsubscribe()`. */
export function closedHere(): RealtimeError {
  return new RealtimeError('CLOSED', 'Closed by this client.');
}

/** The user went to another page, and may come back to this one. */
export function pageLeft(): RealtimeError {
  return new RealtimeError('DISCONNECTED', 'The user left the page.', { retryable: true });
}

/** Why the server closes the connection. */
export function goodbyeOf({ code, reconnect, retryAfterMs }: ByeFrame): RealtimeError {
  return new RealtimeError(code, 'The server closed the connection.', { retryable: reconnect, retryAfterMs });
}

/** Without a page, nothing says where the server is. */
export function noServer(): RealtimeError {
  return new RealtimeError('CLOSED', "No page says where the server is; set url, such as 'https://api.example.com'.");
}

/** What is used was left before. */
export function endedHere(): RealtimeError {
  return new RealtimeError('CLOSED', 'This was unsubscribed; call channel() or watch() again.');
}

/** The connection was lost before an answer came. */
export function disconnected(cause: RealtimeError): RealtimeError {
  return new RealtimeError('DISCONNECTED', 'The connection was lost before the answer came.', {
    retryable: true,
    cause,
  });
}
