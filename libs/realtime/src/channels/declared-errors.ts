// With which codes may a handler refuse its message? Those of the protocol, and those that the message declares, with their data.
import { isPromiseLike } from '../connections/promise-like.js';
import { whyInvalid } from '../instrumentation/invalid-payload.js';
import type { PayloadValidator } from '../payloads/payload-validator.js';
import { RealtimeException } from '../realtime.exception.js';
import type { MessageInvoker } from './message-invoker.js';

type Errors = ReadonlyMap<string, PayloadValidator>;

/** What the log says of a code that a message does not declare. */
export function undeclaredError(name: string, refusal: RealtimeException): Error {
  return new Error(
    `The message "${name}" was refused with ${refusal.code}, which it does not declare; add the code to its errors.`,
    { cause: refusal },
  );
}

/**
 * Validates and strips the data of declared codes. Data that does not fit its slot is a bug of the handler: it becomes an error that
 * says so, and the peer gets `INTERNAL`.
 */
export function withDeclaredErrors(name: string, errors: Errors, invoke: MessageInvoker): MessageInvoker {
  const judge = (error: unknown): unknown => {
    const slot = error instanceof RealtimeException ? errors.get(error.code) : undefined;
    if (slot === undefined) throw error;
    return refuse(error as RealtimeException, slot, name);
  };
  return (request) => {
    try {
      const result = invoke(request);
      return isPromiseLike(result) ? Promise.resolve(result).then(undefined, judge) : result;
    } catch (error) {
      return judge(error);
    }
  };
}

/** Throws the refusal as it is sent, or returns a promise that rejects with it. */
function refuse(error: RealtimeException, slot: PayloadValidator, name: string): unknown {
  const invalid = (cause: unknown): never => {
    throw new Error(
      `The data of the error ${error.code} of the message "${name}" does not fit its slot: ${whyInvalid(cause)}`,
      { cause },
    );
  };
  let data: unknown;
  try {
    data = slot.strip(error.data);
  } catch (cause) {
    return invalid(cause);
  }
  if (isPromiseLike(data)) return data.then((stripped) => send(error, stripped), invalid);
  return send(error, data);
}

function send(error: RealtimeException, data: unknown): never {
  const { code, message, retryable, retryAfterMs, reason, cause } = error;
  throw new RealtimeException(code, { message, data, retryable, retryAfter: retryAfterMs, reason, cause });
}
