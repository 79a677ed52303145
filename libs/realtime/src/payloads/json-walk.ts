// What does JSON carry of a payload? One walk per broadcast, reply or error, before it is written as text.
import { types } from 'node:util';
import { isBinary, JsonLoss, lossOfCycle, lossOfInstance, lossOfScalar } from './json-loss.js';
import { isPlainObject } from './payload-shape.js';

/** Deepest nesting that is sent. Many JSON readers go no deeper, and `JSON.stringify` exhausts the stack at a few thousand levels. */
const MAX_DEPTH = 1_000;
/** Most values in one payload. An object that is shared many times counts each time, as it would be written each time. */
const MAX_VALUES = 1_000_000;

/**
 * The payload as JSON carries it: the same value, or where `toJSON()` answered for a part of it, a copy that holds the answers. So
 * `toJSON()` is called once, and `JSON.stringify` writes what was judged. The payload itself is never changed.
 *
 * @throws RealtimeException INVALID_PAYLOAD for a value that JSON would lose. Its issue has the path, what is lost, and what to send
 * in its place. Getters, Proxies and `toJSON()` may throw; that is such an issue, too, with the error as cause.
 */
export function asJsonCarries(payload: unknown): unknown {
  try {
    return new JsonWalk().value(payload, 0, '');
  } catch (error) {
    throw JsonLoss.from(error).toException();
  }
}

/** Each level adds its key to a loss that passes, so a payload without one costs no path. */
class JsonWalk {
  private readonly ancestors: object[] = [];
  private values = 0;

  value(value: unknown, level: number, key: string | number): unknown {
    switch (typeof value) {
      case 'string':
      case 'boolean':
      case 'undefined':
        return value;
      case 'number':
        if (Number.isFinite(value)) return value;
        throw lossOfScalar(value);
      case 'object':
        return value === null ? null : this.object(value, level, key);
      case 'bigint': {
        // JSON asks a bigint too, and some applications add the method to its prototype.
        const toJSON = toJsonOf(value);
        if (typeof toJSON !== 'function') throw lossOfScalar(value);
        return this.answer((toJSON as ToJson).call(value, String(key)), level, key);
      }
      default:
        throw lossOfScalar(value);
    }
  }

  private object(value: object, level: number, key: string | number): unknown {
    const toJSON = toJsonOf(value);
    return typeof toJSON === 'function'
      ? this.written(value, toJSON as ToJson, level, key)
      : this.container(value, level, false);
  }

  private written(value: object, toJSON: ToJson, level: number, key: string | number): unknown {
    // The toJSON() of a Buffer makes a list of numbers, which no client can tell from another object.
    if (toJSON === bufferToJson && isBinary(value)) return this.container(value, level, false);
    const isInvalid = types.isDate(value) && Number.isNaN(Date.prototype.valueOf.call(value));
    if (!isInvalid && toJSON === dateToJson && (value as Methods).toISOString === dateToIso) return value;
    const answer = toJSON.call(value, String(key));
    if (isInvalid && answer === null) throw lossOfDate();
    return this.answer(answer, level, key);
  }

  /** What `toJSON()` answered. JSON does not call `toJSON()` of the answer. */
  private answer(answer: unknown, level: number, key: string | number): unknown {
    if (typeof answer === 'bigint') throw lossOfScalar(answer);
    if (typeof answer !== 'object' || answer === null) return this.value(answer, level, key);
    return this.container(answer, level, typeof toJsonOf(answer) === 'function');
  }

  /** `bare`: a copy without `toJSON()`, because it is an answer of `toJSON()`. */
  private container(value: object, level: number, bare: boolean): unknown {
    if (Array.isArray(value)) return this.list(value, level, bare);
    if (!isPlainObject(value)) {
      if (types.isBoxedPrimitive(value)) return this.answer(unboxed(value), level, '');
      const loss = lossOfInstance(value);
      if (loss !== null) throw loss;
    }
    return this.fields(value as Record<string, unknown>, level, bare);
  }

  private list(node: readonly unknown[], level: number, bare: boolean): unknown {
    const size = node.length;
    this.enter(node, size, level);
    let copy = bare ? listCopy(node, size) : null;
    let i = 0;
    try {
      for (; i < size; i++) {
        const value = node[i];
        if (typeof value === 'string') continue;
        const carried = this.value(value, level + 1, i);
        if (carried === undefined) throw lossOfItem();
        if (carried !== value) (copy ??= listCopy(node, size))[i] = carried;
      }
    } catch (error) {
      throw JsonLoss.from(error).within(i);
    }
    return copy ?? node;
  }

  /** An `undefined` field is left out by JSON, as an optional field may be. */
  private fields(node: Readonly<Record<string, unknown>>, level: number, bare: boolean): unknown {
    const names = Object.keys(node);
    this.enter(node, names.length, level);
    let copy = bare ? bareCopy(node) : null;
    let i = 0;
    try {
      for (; i < names.length; i++) {
        const name = names[i];
        const value = node[name];
        if (typeof value === 'string' || (bare && name === 'toJSON')) continue;
        const carried = this.value(value, level + 1, name);
        if (carried !== value) (copy ??= { ...node })[name] = carried;
      }
    } catch (error) {
      throw JsonLoss.from(error).within(names[i]);
    }
    return copy ?? node;
  }

  private enter(node: object, size: number, level: number): void {
    if (level >= MAX_DEPTH) throw lossOfDepth();
    this.values += size;
    if (this.values > MAX_VALUES) throw lossOfSize();
    for (let i = 0; i < level; i++) if (this.ancestors[i] === node) throw lossOfCycle();
    this.ancestors[level] = node;
  }
}

type ToJson = (this: unknown, key: string) => unknown;
type Methods = Readonly<Record<'toJSON' | 'toISOString', unknown>>;

const { toJSON: bufferToJson } = Buffer.prototype as unknown as Methods;
const { toJSON: dateToJson, toISOString: dateToIso } = Date.prototype as unknown as Methods;

function toJsonOf(value: object | bigint): unknown {
  return (value as { readonly toJSON?: unknown }).toJSON;
}

/** As JSON reads an object around a scalar. Of a symbol it keeps nothing. */
function unboxed(value: object): unknown {
  if (types.isNumberObject(value)) return Number(value);
  if (types.isStringObject(value)) return String(value);
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value);
  return types.isBigIntObject(value) ? BigInt.prototype.valueOf.call(value) : Symbol.prototype.valueOf.call(value);
}

/** Unlike `slice()`, it does not call the constructor of a subclass. */
function listCopy(node: readonly unknown[], size: number): unknown[] {
  return Array.from({ length: size }, (_, i) => node[i]);
}

function bareCopy(node: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { toJSON: _toJSON, ...copy } = node;
  return copy;
}

function lossOfDate(): JsonLoss {
  return JsonLoss.of('an invalid Date', 'it would arrive as null: send a valid one, or null');
}

function lossOfItem(): JsonLoss {
  return JsonLoss.of('undefined in a list', 'it would arrive as null: send null, or leave the item out');
}

function lossOfDepth(): JsonLoss {
  return JsonLoss.of('more than 1,000 levels of objects and lists', 'send one flat list');
}

function lossOfSize(): JsonLoss {
  return JsonLoss.of('more than 1,000,000 values at once', 'send them in parts');
}
