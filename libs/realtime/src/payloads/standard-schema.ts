// Payload slots of zod, valibot, arktype and whatever else speaks Standard Schema v1.
import type { StandardIssue, StandardResult, StandardSchema } from '@nestjs-realtime/contract';
import { RealtimeException } from '../realtime.exception.js';
import type { PayloadValidator } from './payload-validator.js';

/** The schema decides about unknown properties itself, inbound and outbound alike. */
export function compileStandardSchema(schema: StandardSchema): PayloadValidator {
  const { validate } = schema['~standard'];
  const parse = (payload: unknown): unknown => {
    const result = validate(payload);
    return result instanceof Promise ? result.then(unwrap) : unwrap(result);
  };
  return { parse, strip: parse };
}

function unwrap(result: StandardResult<unknown>): unknown {
  if (result.issues === undefined) return result.value;
  throw new RealtimeException('INVALID_PAYLOAD', {
    issues: result.issues.slice(0, 10).map((issue) => ({ path: dottedPath(issue), message: issue.message })),
  });
}

/** Path elements may be objects that hold the input; only their keys are read. */
function dottedPath(issue: StandardIssue): string {
  return (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
}
