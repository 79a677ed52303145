// Which values does JSON lose, and what can be sent in their place?
import { types } from 'node:util';
import { isLegalSegment } from '@nestjs-realtime/contract';
import { RealtimeException } from '../realtime.exception.js';

/** Most keys of a path that a message shows. A longer path shows its beginning and its end. */
const MAX_KEYS = 20;
/** Longest key, or class name, that a message shows, in characters. */
const MAX_NAME = 64;

/** A value that JSON would lose. It learns the keys that lead to the value while the error passes up, innermost first. */
export class JsonLoss extends Error {
  private readonly keys: (string | number)[] = [];

  /** `what` continues "JSON cannot carry", and `remedy` says what to send in its place. */
  static of(what: string, remedy: string): JsonLoss {
    return new JsonLoss(`JSON cannot carry ${what}; ${remedy}`);
  }

  /** A loss passes unchanged. Anything else came from a getter, a Proxy or `toJSON()`. */
  static from(error: unknown): JsonLoss {
    if (error instanceof JsonLoss) return error;
    return new JsonLoss('reading it throws; check its getters and its toJSON()', { cause: error });
  }

  within(key: string | number): this {
    this.keys.push(key);
    return this;
  }

  /** The refusal that names the place. Its path may hold keys of the application's data, so it is for the programmer only. */
  toException(): RealtimeException {
    return new RealtimeException('INVALID_PAYLOAD', {
      issues: [{ path: pathOf(this.keys.reverse()), message: this.message }],
      cause: this.cause,
    });
  }
}

/** The loss of a value that is no object, or of NaN or an infinity. */
export function lossOfScalar(value: unknown): JsonLoss {
  switch (typeof value) {
    case 'number':
      return JsonLoss.of(String(value), 'it would arrive as null: send a finite number, or null');
    case 'bigint':
      return JsonLoss.of('a BigInt', 'send its text: String(value)');
    case 'symbol':
      return JsonLoss.of('a symbol', 'send its text');
    default:
      return JsonLoss.of('a function', 'send what it returns, or leave it out');
  }
}

/** The loss of an object that is neither a plain object nor a list; null if JSON keeps its fields. */
export function lossOfInstance(value: object): JsonLoss | null {
  if (keepsFields(value)) return null;
  const kind = kindOf(value);
  const [what, remedy] = KNOWN.get(kind) ?? [
    `an object of type ${kind.slice(0, MAX_NAME)}`,
    'send its data as text, an object or an array',
  ];
  return JsonLoss.of(what, remedy);
}

export function lossOfCycle(): JsonLoss {
  return JsonLoss.of('an object that contains itself', 'send its id, or leave the circular reference out');
}

/** Whether an object that is neither plain nor a list has its data in fields, as instances of most classes have. */
export function keepsFields(value: object): boolean {
  const kind = kindOf(value);
  if (kind === 'Object') return true;
  // A class of the application may call itself anything. What it has in fields is sent.
  return !KNOWN.has(kind) && !types.isBoxedPrimitive(value) && Object.keys(value).length > 0;
}

/** Whether the bytes of a value are its data. */
export function isBinary(value: object): boolean {
  return ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value);
}

/** What the value says it is, across realms; `'Object'` for a class that only has fields. */
function kindOf(value: object): string {
  if (isBinary(value)) return 'ArrayBuffer';
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
  if (kind !== 'Object') return kind;
  if (value instanceof Error) return 'Error';
  return typeof (value as { readonly then?: unknown }).then === 'function' ? 'Promise' : kind;
}

type Advice = readonly [what: string, remedy: string];
const BINARY: Advice = ['binary data', 'send text, such as Buffer.from(bytes).toString("base64")'];
const KNOWN: ReadonlyMap<string, Advice> = new Map<string, Advice>([
  ['Map', ['a Map', 'declare and send an object or an array, such as Object.fromEntries(map)']],
  ['Set', ['a Set', 'declare and send an array, such as [...set]']],
  ['Error', ['an Error', 'send the fields that clients need, such as { message: error.message }']],
  ['RegExp', ['a RegExp', 'send its text: pattern.source']],
  ['Promise', ['a Promise', 'await it, and send its result']],
  ['Date', ['a Date on which toJSON() is not called', 'let toJSON() return text: date.toISOString()']],
  ['ArrayBuffer', BINARY],
  ['Blob', BINARY],
  ['File', BINARY],
]);

/** Keys that are no plain identifiers are quoted. */
function pathOf(keys: readonly (string | number)[]): string {
  const names = keys.map((key) => {
    const name = String(key);
    const isPlain: boolean = isLegalSegment(name);
    return isPlain ? name : JSON.stringify(name.slice(0, MAX_NAME));
  });
  const half = MAX_KEYS / 2;
  return (names.length > MAX_KEYS ? [...names.slice(0, half), '…', ...names.slice(-half)] : names).join('.');
}
