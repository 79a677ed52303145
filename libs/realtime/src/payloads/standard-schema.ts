// Payload slots of zod, valibot, arktype and whatever else speaks Standard Schema v1.
import {
  isLegalSegment,
  type StandardIssue,
  type StandardResult,
  type StandardSchema,
} from '@nestjs-realtime/contract';
import { RealtimeException } from '../realtime.exception.js';
import type { PayloadValidator } from './payload-validator.js';
import { isThenable } from './thenable.js';

/** The schema decides about unknown properties itself, inbound and outbound alike. */
export function compileStandardSchema(schema: StandardSchema): PayloadValidator {
  const { validate } = schema['~standard'];
  const parse = (payload: unknown): unknown => {
    const result = attempt(() => validate(payload));
    // Also the promise of another library: taken for a result, it would be a valid one.
    return isThenable(result) ? Promise.resolve(result).then(unwrap, stumbled) : unwrap(result);
  };
  return { parse, strip: parse };
}

/** Longest complaint of a schema that is sent, in characters; some repeat keys of the input. */
const MAX_MESSAGE = 200;

/** @throws TypeError for an answer that is neither a value nor a refusal: it does not say that the payload is valid. */
function unwrap(result: StandardResult<unknown>): unknown {
  if (result.issues === undefined) {
    if ('value' in result) return result.value;
    throw new TypeError('The schema answered with neither a value nor issues.');
  }
  throw new RealtimeException('INVALID_PAYLOAD', {
    issues: result.issues
      .slice(0, 10)
      .map((issue) => ({ path: dottedPath(issue), message: issue.message.slice(0, MAX_MESSAGE) })),
  });
}

/** A transform that stumbles over a hostile value has found it invalid. */
function stumbled(cause: unknown): never {
  throw new RealtimeException('INVALID_PAYLOAD', { reason: 'the schema threw', cause });
}

function attempt<Value>(run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    return stumbled(error);
  }
}

/** Path elements may be objects that hold the input; only their keys are read, and of those the client chose only plain identifiers. */
function dottedPath(issue: StandardIssue): string {
  const parts = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  const strange = parts.findIndex((part) => !isLegalSegment(part));
  return (strange === -1 ? parts : parts.slice(0, strange)).join('.');
}
