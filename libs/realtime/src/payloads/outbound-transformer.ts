// How does class-transformer convert what a server sends, without damage to objects that it does not know?
import { types } from 'node:util';
import type { PayloadClass } from '@nestjs-realtime/contract';
import { isDecorated } from './class-decorations.js';
import type { ClassTransformations } from './class-transformations.js';
import type { ClassValidator } from './class-validation.js';
import { isBinary, keepsFields } from './json-loss.js';
import { isPlainObject } from './payload-shape.js';

/** The two steps of class-transformer: an instance for the validation, and plain data after it. */
export interface PayloadTransformer {
  toInstance(type: PayloadClass, payload: object): object;
  toPlain(instance: object): unknown;
  /** Whether an instance holds the object itself, and not a copy. */
  keeps(value: object): boolean;
}

/** The value that class-transformer converts, and what it knows of it. */
type Conversion = [
  source: unknown,
  value: unknown,
  type: unknown,
  arrayType?: unknown,
  isMap?: unknown,
  level?: number,
];
interface Executor {
  transform(...conversion: Conversion): unknown;
}
type ExecutorClass = new (direction: number, options: object) => Executor;

/** Where class-transformer 0.5 has what converts each value. Its public functions are built on it. */
const EXECUTOR_MODULE: string = 'class-transformer/cjs/TransformOperationExecutor.js';
const TO_INSTANCE = 0;
const TO_PLAIN = 1;
/** The only option that is on in its public functions. */
const OPTIONS = { exposeUnsetFields: true };

/** Types to which `@Type()` converts any value. */
const CONVERTED: ReadonlySet<unknown> = new Set([String, Number, Boolean, Date]);

/**
 * class-transformer makes every object again from its class and its fields. That empties or breaks a Map, an Error, a typed array, a
 * `URL` or a decimal number; it turns a Set into an array; and it calls functions that it finds in fields. Here such values stay as they
 * are, so that `toJSON()` counts, and what JSON would lose is found. Classes with decorators are converted as usual.
 */
export class OutboundTransformer implements PayloadTransformer {
  private constructor(
    private readonly toInstances: ExecutorClass,
    private readonly toPlains: ExecutorClass,
    readonly keeps: (value: object) => boolean,
  ) {}

  /** Null if this version of class-transformer has its executor elsewhere. Then only its public functions can be used. */
  static async load(
    validator: ClassValidator,
    transformations: ClassTransformations | null,
  ): Promise<OutboundTransformer | null> {
    const executor = transformations === null ? null : await loadExecutor();
    if (transformations === null || executor === null) return null;
    const isForeign = (value: object): boolean => isUnknown(value) && transformations.none(classOf(value));
    // Validation removes unknown fields of a decorated class, so it must not get the caller's own object.
    const isKept = (value: object): boolean => isForeign(value) && !isDecorated(validator, classOf(value));
    const made = new OutboundTransformer(keepingOf(executor, isKept), sendingOf(executor, isForeign), isKept);
    return made.works() ? made : null;
  }

  toInstance(type: PayloadClass, payload: object): object {
    return new this.toInstances(TO_INSTANCE, OPTIONS).transform(undefined, payload, type) as object;
  }

  toPlain(instance: object): unknown {
    return new this.toPlains(TO_PLAIN, OPTIONS).transform(undefined, instance, undefined);
  }

  private works(): boolean {
    try {
      const sample = { map: new Map(), call: () => 1 };
      const { map, call } = this.toPlain(this.toInstance(Object, sample)) as Record<string, unknown>;
      return map instanceof Map && call === sample.call;
    } catch {
      return false;
    }
  }
}

/** Makes instances of declared classes, and keeps foreign objects. A Map or Set is copied, because its members may be declared. */
function keepingOf(base: ExecutorClass, isKept: (value: object) => boolean): ExecutorClass {
  return class extends base {
    override transform(...conversion: Conversion): unknown {
      const [source, value, type, arrayType, isMap, level = 0] = conversion;
      if (Array.isArray(value)) return super.transform(source, withoutHoles(value), type, arrayType, isMap, level);
      if (level === 0 || !isObject(value) || CONVERTED.has(type) || !isKept(value))
        return super.transform(...conversion);
      const member = (each: unknown): unknown => this.transform(undefined, each, type, undefined, false, level + 1);
      if (value instanceof Map) return new Map(Array.from(value, ([key, each]) => [key, member(each)]));
      if (value instanceof Set) return new Set(Array.from(value, member));
      return type !== undefined && hasFields(value) ? super.transform(...conversion) : value;
    }
  };
}

/** Makes plain data. Of a foreign object it takes the answer of `toJSON()`, whose parts may be instances of decorated classes. */
function sendingOf(base: ExecutorClass, isForeign: (value: object) => boolean): ExecutorClass {
  return class extends base {
    override transform(...[source, value, type, ...rest]: Conversion): unknown {
      if (!isObject(value) || CONVERTED.has(type)) return super.transform(source, value, type, ...rest);
      if (!isForeign(value)) return super.transform(source, withoutCalls(value), type, ...rest);
      if (!hasToJson(value) || isBinary(value)) return value;
      let answer: unknown;
      try {
        answer = value.toJSON('');
      } catch {
        // It is called again where the path is known.
        return value;
      }
      if (!isObject(answer)) return answer;
      // JSON does not call toJSON() of an answer.
      if (!hasFields(answer)) return { toJSON: () => answer };
      return super.transform(source, withoutCalls(answer), undefined, ...rest);
    }
  };
}

/** Where an object has functions in its fields, a copy whose functions return them: class-transformer sends what a function returns. */
function withoutCalls(value: object): object {
  if (Array.isArray(value)) return withoutHoles(value);
  if (types.isDate(value)) return value;
  const fields = value as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(fields)) if (typeof fields[name] === 'function') return silenced(fields);
  return value;
}

function silenced(fields: Readonly<Record<string, unknown>>): object {
  const copy = Object.create(Object.getPrototypeOf(fields) as object | null) as Record<string, unknown>;
  for (const [name, field] of Object.entries(fields)) {
    // class-transformer skips a field named __proto__, too.
    if (name !== 'toJSON' && name !== '__proto__')
      copy[name] = typeof field === 'function' ? () => field as unknown : field;
  }
  return copy;
}

/** class-transformer skips the holes of a list, which moves the items behind them. */
function withoutHoles(list: readonly unknown[]): readonly unknown[] {
  return list.includes(undefined) ? Array.from(list) : list;
}

/** Whether class-transformer would damage the object, or JSON asks it for its content. */
function isUnknown(value: object): boolean {
  return !types.isDate(value) && (!hasFields(value) || (hasToJson(value) && !Array.isArray(value)));
}

function hasFields(value: object): boolean {
  return Array.isArray(value) || isPlainObject(value) || keepsFields(value);
}

function hasToJson(value: object): value is { toJSON(key: string): unknown } {
  return typeof (value as { readonly toJSON?: unknown }).toJSON === 'function';
}

/** Undefined for an object without prototype. */
function classOf(value: object): PayloadClass | undefined {
  return value.constructor as PayloadClass | undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

async function loadExecutor(): Promise<ExecutorClass | null> {
  try {
    const { TransformOperationExecutor } = (await import(EXECUTOR_MODULE)) as {
      TransformOperationExecutor: ExecutorClass | undefined;
    };
    return TransformOperationExecutor ?? null;
  } catch {
    return null;
  }
}
