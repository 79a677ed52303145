// How is a problem logged that occurs a thousand times? The first time at once, then once a minute with the number of repetitions.
import { AsyncResource } from 'node:async_hooks';
import type { LoggerService } from '@nestjs/common';
import { thrownStack, thrownText } from './log-text.js';

/** Milliseconds between two lines on the same problem. */
const INTERVAL = 60_000;
/** Kinds of problems that are distinguished per logger; all others are one kind. */
const MOST_KINDS = 64;
const OTHERS = 'Other problems';

interface Repeats {
  more: number;
  last: string;
}

const kindsOf = new WeakMap<object, Map<string, Repeats>>();
/** The timers run in it: else they would run in the asynchronous context of some request, and keep it in memory. */
const ownContext = new AsyncResource('RepeatedLog');

/** Warns of a problem of many connections at once, such as an outage. `what` must hold no text of a client. */
export function warnRepeated(logger: Pick<LoggerService, 'warn'>, what: string, error: unknown): void {
  if (!isFirst(logger, what, error, (line) => void logger.warn(line))) return;
  attempt(() => void logger.warn(`${what}: ${thrownText(error)}`));
}

/** As `warnRepeated`, with a stack. Errors of the same `kind` are one problem. */
export function errorRepeated(
  logger: Pick<LoggerService, 'error'>,
  what: string,
  error: unknown,
  kind: string = what,
): void {
  if (!isFirst(logger, kind, error, (line) => void logger.error(line))) return;
  attempt(() => void logger.error(what, thrownStack(error)));
}

function isFirst(logger: object, what: string, error: unknown, write: (line: string) => void): boolean {
  const kinds = kindsOf.get(logger) ?? new Map<string, Repeats>();
  kindsOf.set(logger, kinds);
  const kind = kinds.has(what) || kinds.size < MOST_KINDS ? what : OTHERS;
  const known = kinds.get(kind);
  if (known !== undefined) {
    known.more++;
    known.last = thrownText(error);
    return false;
  }
  const repeats: Repeats = { more: 0, last: '' };
  kinds.set(kind, repeats);
  const timer = ownContext.runInAsyncScope(() =>
    setInterval(() => {
      if (repeats.more > 0) return summarise(kind, repeats, write);
      clearInterval(timer);
      kinds.delete(kind);
    }, INTERVAL),
  );
  timer.unref();
  return true;
}

function summarise(kind: string, repeats: Repeats, write: (line: string) => void): void {
  const { more, last } = repeats;
  repeats.more = 0;
  attempt(() => write(`${kind}: ${more} more in the last ${INTERVAL / 1_000} s, the last one: ${last}`));
}

/** The application's logger may throw. What could not be logged must not fail too, and in a timer the error would end the process. */
function attempt(log: () => void): void {
  try {
    log();
  } catch {
    // There is no other place to tell it.
  }
}
