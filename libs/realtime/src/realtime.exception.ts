// How is a request refused? With a code of the protocol, short and safe to send.
import {
  type Duration,
  type Issue,
  milliseconds,
  type RefusalCode,
  type RefusalError,
  REFUSALS,
  type RefusalReply,
} from '@nestjs-realtime/contract';
import { sharedByCopies } from './package-copy.js';

/** What may accompany a refusal. */
export interface RealtimeExceptionOptions {
  /** Text for the peer, by default the code's own. It goes over the wire: keep internals and input out of it. */
  readonly message?: string | undefined;
  /** What a code of the application carries, as the message declares it in `errors`. Validated and stripped before it is sent. */
  readonly data?: unknown;
  /** Whether asking again may help. Default: as the protocol says of its codes; false for a code of the application. */
  readonly retryable?: boolean | undefined;
  /** When a retry may succeed. */
  readonly retryAfter?: Duration | undefined;
  /** Where a payload broke its schema, at most 10. */
  readonly issues?: readonly Issue[] | undefined;
  /** Why, for the log and the `refused` hook; never sent. */
  readonly reason?: string | undefined;
  /** The error that led to the refusal; never sent. */
  readonly cause?: unknown;
  /** Nodes that did not act in time; never sent. */
  readonly missingNodes?: readonly string[] | undefined;
}

/**
 * A refusal, sent to the peer as `{ code, message, retryable }`. Throw it from authenticators, guards, pipes and handlers. A handler may
 * throw a code that its message declares in `errors`, best made by `ctx.refusal()`; any other code becomes `INTERNAL`.
 *
 * @example throw new RealtimeException('UNAVAILABLE', { reason: 'the billing service is down' });
 */
export class RealtimeException extends Error {
  override readonly name = 'RealtimeException';
  readonly retryable: boolean;
  readonly data?: unknown;
  readonly issues?: readonly Issue[];
  readonly retryAfterMs?: number;
  /** Why, for the log and the `refused` hook; never sent. */
  readonly reason?: string;
  /** With `UNAVAILABLE` of `IRealtimeConnections`: the nodes that have not acted yet; never sent. They will, if they live. */
  readonly missingNodes?: readonly string[];

  /** @throws RealtimeFault for a `retryAfter` that is no duration. */
  constructor(
    readonly code: RefusalCode | (string & {}),
    options: RealtimeExceptionOptions = {},
  ) {
    super(options.message ?? textOf(code), { cause: options.cause });
    this.retryable = options.retryable ?? (isRefusalCode(code) && REFUSALS[code].retryable);
    this.data = options.data;
    this.issues = options.issues?.slice(0, MAX_ISSUES);
    this.retryAfterMs = options.retryAfter === undefined ? undefined : retryAfterMs(options.retryAfter);
    this.reason = options.reason;
    this.missingNodes = options.missingNodes;
  }

  /** The `error` of a refusal reply and the `data` of a `connect_error`. */
  toError(): RefusalError {
    return {
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      ...(this.issues && { issues: this.issues }),
      ...(this.retryAfterMs !== undefined && { retryAfterMs: this.retryAfterMs }),
      ...(this.data !== undefined && !isRefusalCode(this.code) && { data: this.data }),
    };
  }

  /** The whole reply; it names no channel. */
  toReply(): RefusalReply {
    return { ok: false, error: this.toError() };
  }
}

/** Whether the code is one of the protocol's own. */
export function isRefusalCode(code: string): code is RefusalCode {
  return Object.hasOwn(REFUSALS, code);
}

function textOf(code: string): string {
  return isRefusalCode(code) ? REFUSALS[code].message : 'Refused.';
}

function retryAfterMs(retryAfter: Duration): number {
  const duration = milliseconds(retryAfter);
  if (duration !== null) return duration;
  throw new RealtimeFault(
    `retryAfter: ${String(retryAfter)} is no duration; write whole milliseconds, or text such as '30s'.`,
  );
}

/** A programmer's error, thrown at boot or to the caller of a broadcast. The message says what is wrong, where, and how to fix it. */
export class RealtimeFault extends Error {
  override readonly name: string = 'RealtimeFault';

  /** One fault that lists several in one message. */
  static of(heading: string, faults: readonly string[]): RealtimeFault {
    return new RealtimeFault(`${heading}\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

sharedByCopies(RealtimeException, 'exception');
sharedByCopies(RealtimeFault, 'fault');

const MAX_ISSUES = 10;
