// How does a Standard Schema v1 (zod, valibot, arktype and others) validate a payload?
import {
  isLegalSegment,
  type StandardIssue,
  type StandardResult,
  type StandardSchema,
} from '@nestjs-realtime/contract';
import { RealtimeException } from '../realtime.exception.js';
import { asJsonCarries } from './json-walk.js';
import type { PayloadValidator } from './payload-validator.js';
import { isThenable } from './thenable.js';

/** The schema itself decides about unknown properties, inbound and outbound. */
export function compileStandardSchema(schema: StandardSchema): PayloadValidator {
  const { validate } = schema['~standard'];
  const run = (payload: unknown, finish: (result: StandardResult<unknown>) => unknown): unknown => {
    const result = attempt(() => validate(payload));
    // The promise of another library counts too: treated as a result, it would be a valid one.
    return isThenable(result) ? Promise.resolve(result).then(finish, refuse) : finish(result);
  };
  return { parse: (payload) => run(payload, unwrap), strip: (payload) => run(payload, send) };
}

/** Looks at the value before anything waits for it: a schema that accepts anything may return a promise as its value. */
function send(result: StandardResult<unknown>): unknown {
  return asJsonCarries(unwrap(result));
}

/** Longest message of a schema that is sent, in characters. Some messages repeat keys of the input. */
const MAX_MESSAGE = 200;

/** @throws TypeError for a result without value and issues: it does not mean that the payload is valid. */
function unwrap(result: StandardResult<unknown>): unknown {
  if (result.issues === undefined) {
    if ('value' in result) return result.value;
    throw new TypeError('The schema returned neither a value nor issues.');
  }
  throw new RealtimeException('INVALID_PAYLOAD', {
    issues: result.issues
      .slice(0, 10)
      .map((issue) => ({ path: dottedPath(issue), message: issue.message.slice(0, MAX_MESSAGE) })),
  });
}

/** If a transform throws on a value, the payload is invalid. */
function refuse(cause: unknown): never {
  throw new RealtimeException('INVALID_PAYLOAD', { reason: 'the schema threw', cause });
}

function attempt<Value>(run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    return refuse(error);
  }
}

/** Path elements may be objects that hold input, so only their keys are read. The path ends before a key that is no plain identifier. */
function dottedPath(issue: StandardIssue): string {
  const parts = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  const illegal = parts.findIndex((part) => !isLegalSegment(part));
  return (illegal === -1 ? parts : parts.slice(0, illegal)).join('.');
}
