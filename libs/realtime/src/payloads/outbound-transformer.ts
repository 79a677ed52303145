// What of an instance is sent, by the decorators of class-transformer, without damage to objects that it does not know?
import { types } from 'node:util';
import type { PayloadClass } from '@nestjs-realtime/contract';
import type { ClassTransformations } from './class-transformations.js';
import type { Validated } from './class-validation.js';
import { hasFields, hasToJson, isObject, isUnknown } from './foreign-objects.js';
import { isBinary, JsonLoss, lossOfCycle } from './json-loss.js';

/** What is known of the parts of an instance. */
export interface Parts {
  readonly validated: Validated;
  /** The fields that tell a class. class-transformer sets them. */
  readonly discriminators: ReadonlyMap<object, string>;
}

/** What is known of classes. */
interface Known {
  readonly transformations: ClassTransformations;
  isForeign(value: object): boolean;
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
type Decorated = [value: unknown, type: unknown, key: string, object: unknown, direction: number];
interface Executor {
  transform(...conversion: Conversion): unknown;
  getKeys(type: unknown, object: object, isMap?: boolean): string[];
  applyCustomTransformations(...decorated: Decorated): unknown;
}
type ExecutorClass = new (direction: number, options: object) => Executor;
type SendingClass = new (parts: Parts) => Executor;

/** Where class-transformer 0.5 has what converts each value. Its public functions are built on it. */
const EXECUTOR_MODULE: string = 'class-transformer/cjs/TransformOperationExecutor.js';
const TO_PLAIN = 1;
/** The only option that is on in its public functions. */
const OPTIONS = { exposeUnsetFields: true };

/** Types to which `@Type()` converts any value. */
const CONVERTED: ReadonlySet<unknown> = new Set([String, Number, Boolean, Date]);
const NOTHING: Parts = { validated: new Map(), discriminators: new Map() };

/**
 * As `instanceToPlain()`, which also Nest's `ClassSerializerInterceptor` calls. That function makes every object again from its fields:
 * it empties or breaks a Map, an Error, a typed array, a `URL` or a decimal number, turns a Set into an array, and calls functions that it
 * finds in fields. Here such values stay as they are, so that `toJSON()` counts, and what JSON would lose is found. Classes with
 * decorators are converted as usual; of one that was validated, only what it declares or exposes is sent.
 */
export class OutboundTransformer {
  private constructor(
    private readonly sending: SendingClass,
    /** Whether an object of no declared class says itself what is sent. */
    readonly isForeign: (value: object) => boolean,
  ) {}

  /** Null if this version of class-transformer has its executor elsewhere. Then only its public functions can be used. */
  static async load(transformations: ClassTransformations | null): Promise<OutboundTransformer | null> {
    const executor = transformations === null ? null : await loadExecutor();
    if (transformations === null || executor === null) return null;
    const isForeign = (value: object): boolean => isUnknown(value) && transformations.none(classOf(value));
    const made = new OutboundTransformer(sendingOf(executor, { isForeign, transformations }), isForeign);
    return made.works() ? made : null;
  }

  toPlain(instance: object, parts: Parts = NOTHING): unknown {
    return new this.sending(parts).transform(undefined, instance, undefined);
  }

  private works(): boolean {
    try {
      const sample = { map: new Map(), call: () => 1 };
      const { map, call } = this.toPlain(sample) as Record<string, unknown>;
      return map instanceof Map && call === sample.call;
    } catch {
      return false;
    }
  }
}

/** Makes plain data. Each value that cannot be sent becomes one that says so. */
function sendingOf(base: ExecutorClass, known: Known): SendingClass {
  return class extends base {
    private readonly ancestors: object[] = [];

    constructor(private readonly parts: Parts) {
      super(TO_PLAIN, OPTIONS);
    }

    override transform(...conversion: Conversion): unknown {
      const [, value, type] = conversion;
      if (!isObject(value)) return type === undefined ? value : super.transform(...conversion);
      if (this.ancestors.includes(value)) return failing(lossOfCycle());
      this.ancestors.push(value);
      try {
        const convert = (each: unknown, as: unknown): unknown => super.transform(...withValue(conversion, each, as));
        return CONVERTED.has(type) ? convert(value, type) : plainOf(value, type, known, this.parts, convert);
      } catch (error) {
        return failureOf(value, error, () =>
          this.getKeys(typeof type === 'function' ? type : value.constructor, value),
        );
      } finally {
        this.ancestors.pop();
      }
    }

    override getKeys(type: unknown, object: object, isMap?: boolean): string[] {
      return declaredKeys(super.getKeys(type, object, isMap), type, object, known, this.parts);
    }

    override applyCustomTransformations(...decorated: Decorated): unknown {
      try {
        return super.applyCustomTransformations(...decorated);
      } catch (cause) {
        return failing(new JsonLoss('a @Transform of this property throws', { cause }));
      }
    }
  };
}

function withValue([source, , , ...rest]: Conversion, value: unknown, type: unknown): Conversion {
  return [source, value, type, ...rest];
}

/** Of a foreign object it takes the answer of `toJSON()`, whose parts may be instances of decorated classes. */
function plainOf(
  value: object,
  type: unknown,
  known: Known,
  parts: Parts,
  convert: (value: unknown, type: unknown) => unknown,
): unknown {
  if (!known.isForeign(value)) return convert(withoutCalls(value, parts), type);
  if (!hasToJson(value) || isBinary(value)) return value;
  const answer: unknown = declaredPart(value, parts).toJSON('');
  if (!isObject(answer)) return answer;
  // JSON does not call toJSON() of an answer.
  return hasFields(answer) ? convert(withoutCalls(answer, parts), undefined) : { toJSON: () => answer };
}

/** Of a validated object, only what its class declares or exposes. */
function declaredKeys(
  keys: string[],
  type: unknown,
  object: object,
  { transformations }: Known,
  parts: Parts,
): string[] {
  const declared = parts.validated.get(object);
  if (declared === undefined) return keys;
  const isExposed = (key: string): boolean =>
    !Object.hasOwn(object, key) ||
    parts.discriminators.get(object) === key ||
    transformations.exposes(type as PayloadClass, key);
  return keys.filter((key) => key in declared || isExposed(key));
}

/** What `toJSON()` sees of a validated object: the object itself, or a copy without what its class does not declare. */
function declaredPart<Value extends object>(value: Value, { validated }: Parts): Value {
  const declared = validated.get(value);
  if (declared === undefined || Object.keys(value).every((key) => key in declared)) return value;
  const fields = Object.entries(Object.getOwnPropertyDescriptors(value)).filter(([key]) => key in declared);
  return Object.create(Object.getPrototypeOf(value) as object | null, Object.fromEntries(fields)) as Value;
}

/** Where an object has functions in its fields, a copy whose functions return them: class-transformer sends what a function returns. */
function withoutCalls(value: object, { validated }: Parts): object {
  if (Array.isArray(value)) return withoutHoles(value);
  if (types.isDate(value)) return value;
  const declared = validated.get(value);
  const fields = value as Readonly<Record<string, unknown>>;
  const isCall = (name: string): boolean =>
    (declared === undefined || name in declared) && typeof fields[name] === 'function';
  if (!Object.keys(fields).some(isCall)) return value;
  const copy = silenced(fields);
  if (declared !== undefined) validated.set(copy, declared);
  return copy;
}

/** Names the property that cannot be read. */
function failureOf(value: object, error: unknown, keysOf: () => readonly string[]): object {
  if (error instanceof JsonLoss || Array.isArray(value)) return failing(JsonLoss.from(error));
  for (const key of keysOf()) {
    try {
      void (value as Readonly<Record<string, unknown>>)[key];
    } catch (cause) {
      return { [key]: failing(JsonLoss.from(cause)) };
    }
  }
  return failing(JsonLoss.from(error));
}

/** Stands for a value that cannot be sent. The error comes where the path is known. */
function failing(loss: JsonLoss): object {
  return {
    toJSON: () => {
      throw loss;
    },
  };
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

/** Undefined for an object without prototype. */
function classOf(value: object): PayloadClass | undefined {
  return value.constructor as PayloadClass | undefined;
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
