// What does the log say of the same trouble a thousand times? The first at once, then once a minute how many more there were.
import { AsyncResource } from 'node:async_hooks';
import type { LoggerService } from '@nestjs/common';
import { thrownStack, thrownText } from './log-text.js';

/** Milliseconds between two lines on the same trouble. */
const INTERVAL = 60_000;
/** Kinds of trouble that one logger tells apart; whatever comes beyond them is one kind. */
const MOST_KINDS = 64;
const OTHERS = 'Other troubles';

interface Repeats {
  more: number;
  last: string;
}

const kindsOf = new WeakMap<object, Map<string, Repeats>>();
/** Without it a timer would run in, and hold, the asynchronous context of whichever request happened to set it. */
const nobody = new AsyncResource('RepeatedLog');

/** Warns of what befalls many connections at once, such as an outage. `what` must hold no text of a client. */
export function warnRepeated(logger: Pick<LoggerService, 'warn'>, what: string, error: unknown): void {
  if (isFirst(logger, what, error, (line) => void logger.warn(line))) logger.warn(`${what}: ${thrownText(error)}`);
}

/** As `warnRepeated`, with a stack. Errors of the same `kind` are the same trouble. */
export function errorRepeated(
  logger: Pick<LoggerService, 'error'>,
  what: string,
  error: unknown,
  kind: string = what,
): void {
  if (isFirst(logger, kind, error, (line) => void logger.error(line))) logger.error(what, thrownStack(error));
}

function isFirst(logger: object, what: string, error: unknown, tell: (line: string) => void): boolean {
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
  const timer = nobody.runInAsyncScope(() =>
    setInterval(() => {
      if (repeats.more > 0) return summarise(kind, repeats, tell);
      clearInterval(timer);
      kinds.delete(kind);
    }, INTERVAL),
  );
  timer.unref();
  return true;
}

function summarise(kind: string, repeats: Repeats, tell: (line: string) => void): void {
  const { more, last } = repeats;
  repeats.more = 0;
  try {
    tell(`${kind}: ${more} more in the last ${INTERVAL / 1_000} s, the last one: ${last}`);
  } catch {
    // a logger of the application's own failed, and from a timer that would end the process
  }
}
