// The inner half of the sandwich: no error is lost, none leaves the process (docs/decisions/0009).
import type { LoggerService } from '@nestjs/common';
import type { RealtimeException } from '../realtime.exception.js';
import { internalError } from './internal-error.js';

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
