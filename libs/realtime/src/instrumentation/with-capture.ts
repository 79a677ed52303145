// How do errors of gates and handlers become answers? Each becomes a refusal, and unexpected ones are logged (docs/decisions/0009).
import type { LoggerService } from '@nestjs/common';
import { isThenable } from '../payloads/thenable.js';
import type { RealtimeException } from '../realtime.exception.js';
import { internalError } from './internal-error.js';

/** Describes a captured function for the log line. */
export interface CaptureOptions<Args extends unknown[]> {
  /** `realtime-handler`, `realtime-gate`, ... */
  readonly layer: string;
  /** Describes the failed call by its arguments, such as `channel orders.42, message addNote`. Must not contain payloads. */
  readonly describe: (...args: Args) => string;
  /** The refusal that an error stands for; null if the error is unexpected. */
  readonly refusalOf: (error: unknown, ...args: Args) => RealtimeException | null;
}

/**
 * Wraps a function so that it throws refusals only. An error for which `refusalOf` returns null is logged with its stack and a
 * correlation id, and becomes `INTERNAL` with that id. Promises of other libraries count too. Wrap once at boot.
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
      if (!isThenable(result)) return result;
      return Promise.resolve(result).catch((error: unknown) => capture(error, args)) as Result;
    } catch (error) {
      return capture(error, args);
    }
  };
}
