// How does a text get into the log? Escaped and cut, so that no text of a client can forge a line or move a cursor.

/** Longest printed text of a client in a line, in UTF-16 units. */
const LONGEST_TEXT = 200;
/** Longest message in a stack. */
const LONGEST_MESSAGE = 2_000;
/** Longest stack, including the stacks of its causes. */
const LONGEST_STACK = 16_384;
/** Most errors in one stack: the error, its causes, and the errors of an AggregateError. */
const MOST_ERRORS = 8;
const INDENT = '    ';

/** Control characters (C0, DEL, C1), invisible ones (such as text directions), both line separators, halves of surrogate pairs. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * A text in quotes and on one line, at most 200 characters of it. Characters that could mislead a reader or a terminal become `\uXXXX`.
 * Use it for every text of a client in your own log lines.
 *
 * @example this.logger.warn(`No such order: ${quotedForLog(orderId)}`);
 *
 * Security note: reads client data.
 */
export function quotedForLog(text: string): string {
  return `"${cut(escaped(cut(text, LONGEST_TEXT).replace(/["\\]/g, '\\$&')), LONGEST_TEXT)}"`;
}

/** A line of the layer, without quotes. It may contain names from a client. */
export function logLine(text: string, longest = LONGEST_MESSAGE): string {
  return cut(escaped(cut(text, longest)), longest);
}

/** The message of an error, or the text of another thrown value, on one line. Never throws. */
export function thrownText(error: unknown): string {
  const message = property(error, 'message');
  if (typeof message === 'string' && message !== '') return logLine(message, LONGEST_TEXT);
  try {
    return logLine(String(error), LONGEST_TEXT);
  } catch {
    return 'a thrown value that has no text';
  }
}

/** The stacks of an error and its causes. Each line is indented; each message is on one line. Never throws. */
export function thrownStack(error: unknown): string {
  const lines: string[] = [];
  collect(error, '', new Set(), lines);
  return cut(lines.map((line) => INDENT + line).join('\n'), LONGEST_STACK);
}

function collect(error: unknown, label: string, seen: Set<unknown>, lines: string[]): void {
  if (seen.has(error) || seen.size >= MOST_ERRORS) return;
  seen.add(error);
  const [first, ...rest] = linesOf(error);
  lines.push(label + first, ...rest);
  const cause = property(error, 'cause');
  if (cause !== undefined && cause !== null) collect(cause, 'Caused by: ', seen, lines);
  if (property(error, 'name') !== 'AggregateError') return;
  const errors = property(error, 'errors');
  if (Array.isArray(errors)) for (const each of errors.slice(0, MOST_ERRORS)) collect(each, 'One of: ', seen, lines);
}

/** The message is put on one line, so that every further line of a stack comes from the engine. */
function linesOf(error: unknown): readonly string[] {
  const stack = property(error, 'stack');
  if (typeof stack !== 'string' || stack === '') return [withoutStack(error)];
  const [head, message, tail] = partsOf(stack, property(error, 'message'));
  return cut(head + logLine(message) + tail, LONGEST_STACK)
    .split('\n')
    .map(escaped);
}

/** A stack begins with the name and the message of its error, unless one of them was changed later. */
function partsOf(stack: string, message: unknown): readonly [head: string, message: string, tail: string] {
  const at = typeof message === 'string' ? stack.indexOf(message) : -1;
  const head = stack.slice(0, Math.max(at, 0));
  if (at === -1 || head.includes('\n')) return ['', '', stack];
  return [head, message as string, stack.slice(at + (message as string).length)];
}

function withoutStack(error: unknown): string {
  const [name, message] = [property(error, 'name'), property(error, 'message')];
  if (typeof message === 'string') return logLine(`${typeof name === 'string' ? name : 'Error'}: ${message}`);
  try {
    return `Thrown value: ${quotedForLog(String(error))}`;
  } catch {
    return 'Thrown value that has no text';
  }
}

/** Undefined if reading it throws. */
function property(error: unknown, name: string): unknown {
  try {
    return (error as Record<string, unknown> | null | undefined)?.[name];
  } catch {
    return undefined;
  }
}

function escaped(text: string): string {
  return text.replace(UNSAFE, (character) => {
    let codes = '';
    for (let i = 0; i < character.length; i++) codes += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
    return codes;
  });
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
