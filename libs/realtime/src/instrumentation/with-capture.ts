// The inner half of the sandwich: no error is lost, none leaves the process (ADR-014, ADR-016 follow-up 4).
import { randomUUID } from 'node:crypto';
import type { LoggerService } from '@nestjs/common';
import { REFUSALS } from '@nestjs-realtime/contract';
import { RealtimeException } from '../realtime.exception.js';
import { logLine, thrownStack, thrownText } from './log-text.js';
import { errorRepeated } from './repeated-log.js';

/** What a captured function is, for the log line. */
export interface CaptureOptions<Args extends unknown[]> {
  /** `realtime-handler`, `realtime-gate`, ... */
  readonly layer: string;
  /** What was being done, from the arguments of the failed call, such as `channel orders.42, message addNote`. Must not hold payloads. */
  readonly describe: (...args: Args) => string;
  /** Turns errors that mean a refusal into one; null for errors that are nobody's answer. */
  readonly refusalOf: (error: unknown, ...args: Args) => RealtimeException | null;
}

/**
 * The function, with its errors turned into refusals: those that mean one become it, all others are logged with a correlation id
 * and stack, and become `INTERNAL` with that id. Wrap once at boot.
 */
export function withCapture<Args extends unknown[], Result>(
  logger: Pick<LoggerService, 'error'>,
  options: CaptureOptions<Args>,
  run: (...args: Args) => Result,
): (...args: Args) => Result {
  const capture = (error: unknown, args: Args): never => {
    throw (
      options.refusalOf(error, ...args) ??
      internalError(logger, `${options.layer}: ${options.describe(...args)}`, error)
    );
  };
  return (...args) => {
    try {
      const result = run(...args);
      return result instanceof Promise ? (result.catch((error: unknown) => capture(error, args)) as Result) : result;
    } catch (error) {
      return capture(error, args);
    }
  };
}

/** What the peer is told of an error that nobody meant; its cause is that error. */
export class InternalError extends RealtimeException {
  constructor(
    /** Leads from the answer, and from the span, to the log line. */
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

/** Logs an unexpected error under a new correlation id and gives the refusal that leads to the log line. */
export function internalError(logger: Pick<LoggerService, 'error'>, what: string, error: unknown): InternalError {
  const correlationId = randomUUID();
  logger.error(lineOf(correlationId, what), thrownStack(error));
  return new InternalError(correlationId, what, error);
}

/** As `internalError`, for what nobody has asked for, and may fail for many at once: the same error is logged once a minute. */
export function repeatedInternalError(
  logger: Pick<LoggerService, 'error'>,
  what: string,
  error: unknown,
): InternalError {
  const correlationId = randomUUID();
  errorRepeated(logger, lineOf(correlationId, what), error, `${logLine(what)}: ${thrownText(error)}`);
  return new InternalError(correlationId, what, error);
}

function lineOf(correlationId: string, what: string): string {
  return `handler_error ${correlationId} in ${logLine(what)}`;
}
