// Why was a request refused, and why did a subscription or a connection end? All codes of the protocol, each in one table.

/** Every refusal code: whether asking again may help, and the text that goes over the wire. */
export const REFUSALS = {
  /** Bad credentials; or an anonymous connection asks for anything that is not public, whether it exists or not. */
  UNAUTHENTICATED: { retryable: false, message: 'Authentication is required.' },
  /** A user asks for something that they may not have; an unknown channel gets the same answer. */
  FORBIDDEN: { retryable: false, message: 'Not allowed.' },
  /** The frame is malformed, or the channel name is not legal. */
  BAD_REQUEST: { retryable: false, message: 'The request is malformed.' },
  /** A request for a channel this connection is not admitted to. */
  NOT_SUBSCRIBED: { retryable: false, message: 'Subscribe to the channel first.' },
  /** The channel declares no such inbound message. */
  UNKNOWN_EVENT: { retryable: false, message: 'The channel takes no such message.' },
  /** The schema refused the payload; `issues` says where. */
  INVALID_PAYLOAD: { retryable: false, message: 'The payload is not valid.' },
  /** Over the payload, depth or key limit. */
  PAYLOAD_TOO_LARGE: { retryable: false, message: 'The payload is too large.' },
  /** Too many connections of one user, or subscriptions of one connection. */
  LIMIT_EXCEEDED: { retryable: false, message: 'A limit is exceeded.' },
  /** The token bucket is empty; `retryAfterMs` says when to ask again. */
  RATE_LIMITED: { retryable: true, message: 'Too many requests.' },
  /** The admission queue is full. */
  OVERLOADED: { retryable: true, message: 'The server is overloaded.' },
  /** The handler did not finish within the request timeout; its AbortSignal fired. */
  TIMEOUT: { retryable: true, message: 'The request took too long.' },
  /** A dependency is down (authenticator, broker). */
  UNAVAILABLE: { retryable: true, message: 'The service is unavailable.' },
  /** Anything else; the correlation id in the message leads to the log line. */
  INTERNAL: { retryable: true, message: 'Internal error.' },
} as const satisfies Record<string, { retryable: boolean; message: string }>;

/** A refusal code of the protocol. */
export type RefusalCode = keyof typeof REFUSALS;

/** Why the server ended a subscription (`rt:evicted`), and whether subscribing again may help. */
export const EVICTIONS = {
  REVOKED: { retryable: false },
  EXPIRED: { retryable: false },
  INSUFFICIENT_STATE: { retryable: true },
} as const satisfies Record<string, { retryable: boolean }>;

/** A code of `rt:evicted`. */
export type EvictionCode = keyof typeof EVICTIONS;

/** Why the server closes a connection (`rt:bye`), and whether the client should come back. */
export const GOODBYES = {
  SHUTDOWN: { reconnect: true },
  REVOKED: { reconnect: false },
  EXPIRED: { reconnect: false },
  SLOW_CONSUMER: { reconnect: true },
  POLICY: { reconnect: false },
} as const satisfies Record<string, { reconnect: boolean }>;

/** A code of `rt:bye`. */
export type GoodbyeCode = keyof typeof GOODBYES;
