// What does the peer learn of an unexpected error? `INTERNAL`, and an id that leads to the log line.
import { randomUUID } from 'node:crypto';
import type { LoggerService } from '@nestjs/common';
import { REFUSALS } from '@nestjs-realtime/contract';
import { RealtimeException } from '../realtime.exception.js';
import { logLine, thrownStack, thrownText } from './log-text.js';
import { errorRepeated } from './repeated-log.js';

/** The refusal for an unexpected error, which is its `cause`. */
export class InternalError extends RealtimeException {
  constructor(
    /** The id in the answer, the span and the log line. */
    readonly correlationId: string,
    what: string,
    cause: unknown,
  ) {
    super('INTERNAL', {
      message: `${REFUSALS.INTERNAL.message} Reference: ${correlationId}`,
      reason: `${what} (${correlationId})`,
      cause,
    });
  }
}

/** Logs an unexpected error under a new correlation id. Returns the refusal with that id. */
export function internalError(logger: Pick<LoggerService, 'error'>, what: string, error: unknown): InternalError {
  const correlationId = randomUUID();
  logger.error(lineOf(correlationId, what), thrownStack(error));
  return new InternalError(correlationId, what, error);
}

/** As `internalError`, for work that may fail for many connections at once: the same error is logged once a minute. */
export function repeatedInternalError(
  logger: Pick<LoggerService, 'error'>,
  what: string,
  error: unknown,
): InternalError {
  const correlationId = randomUUID();
  errorRepeated(logger, lineOf(correlationId, what), error, `${logLine(what)}: ${thrownText(error)}`);
  return new InternalError(correlationId, what, error);
}

/** The refusal of work whose dependency failed, which is its `cause`. The peer may try again. */
export class OutageError extends RealtimeException {
  constructor(
    /** The id in the span and the log line. */
    readonly correlationId: string,
    what: string,
    cause: unknown,
  ) {
    super('UNAVAILABLE', { reason: `${what} (${correlationId})`, cause });
  }
}

/** As `repeatedInternalError`, for a failure after which the peer gets `UNAVAILABLE`. */
export function repeatedOutage(logger: Pick<LoggerService, 'error'>, what: string, error: unknown): OutageError {
  return new OutageError(repeatedInternalError(logger, what, error).correlationId, what, error);
}

function lineOf(correlationId: string, what: string): string {
  return `handler_error ${correlationId} in ${logLine(what)}`;
}
