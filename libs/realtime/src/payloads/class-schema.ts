// How does a class with class-validator decorators validate a payload?
import type { Issue, PayloadClass } from '@nestjs-realtime/contract';
import type { ClassConstructor } from 'class-transformer';
import type { ValidationError, ValidatorOptions } from 'class-validator';
import { RealtimeException, RealtimeFault } from '../realtime.exception.js';
import { ClassConstraints } from './class-constraints.js';
import { Decorations, metadataOf } from './class-decorations.js';
import { findMisplacedArray, invalid, issuesOf } from './class-issues.js';
import { ClassTransformations } from './class-transformations.js';
import { ClassValidation } from './class-validation.js';
import { inheritedNames, type KnownClasses } from './inherited-names.js';
import { asJsonCarries } from './json-walk.js';
import { OutboundPayloads } from './outbound-payloads.js';
import { isPlainObject } from './payload-shape.js';
import type { PayloadValidator } from './payload-validator.js';

type Fields = Readonly<Record<string, unknown>>;
type ClassTransformer = typeof import('class-transformer');

const INBOUND: ValidatorOptions = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  stopAtFirstError: true,
  validationError: { target: false, value: false },
};
const OUTBOUND: ValidatorOptions = { ...INBOUND, forbidNonWhitelisted: false };

/** How payloads of one class are transformed and validated in one direction. */
interface Direction {
  readonly options: ValidatorOptions;
  readonly instantiate: (type: PayloadClass, payload: object) => object;
  readonly finish: (value: object) => unknown;
  /** What is unknown in the payload although the instance may not show it. */
  readonly unknown: (payload: object, instance: object) => readonly Issue[];
}

/** Compiles classes with the two optional peer dependencies. One per application. */
export class ClassSchemaCompiler {
  private readonly classes: KnownClasses;

  constructor(
    private readonly validation: ClassValidation,
    private readonly transformer: ClassTransformer,
    private readonly transformations: ClassTransformations | null = null,
    private readonly outbound: OutboundPayloads | null = null,
  ) {
    this.classes = {
      declares: (of, property) => {
        const metadata = metadataOf(validation.validator, of);
        return metadata.length === 0 || metadata.some(({ propertyName }) => propertyName === property);
      },
      propertyOf: (of, key) => transformations?.propertyOf(of, key) ?? key,
    };
  }

  /** Loads the optional peer dependencies; null if one of them is not installed. */
  static async load(): Promise<ClassSchemaCompiler | null> {
    try {
      const [validation, transformer] = await Promise.all([ClassValidation.load(), import('class-transformer')]);
      const transformations = await ClassTransformations.load();
      const outbound = await OutboundPayloads.load(validation, transformations);
      return new ClassSchemaCompiler(validation, transformer, transformations, outbound);
    } catch {
      return null;
    }
  }

  /**
   * The validator is synchronous for a payload whose constraints are, else it returns a promise.
   *
   * @throws RealtimeFault for a class without class-validator decorators: it would refuse every payload.
   */
  compile(type: PayloadClass, place: string): PayloadValidator {
    const { validator } = this.validation;
    if (metadataOf(validator, type).length === 0) {
      throw new RealtimeFault(
        `${place} is described by the class ${type.name}, which has no class-validator decorators; decorate its properties, for example with @IsString().`,
      );
    }
    const decorations = Decorations.of(validator, type);
    let compiled = decorations === null ? this.thorough(type, false) : this.quickest(type);
    const current = (): PayloadValidator => {
      if (decorations?.haveGrown() === true) compiled = this.quickest(type);
      return compiled;
    };
    return { parse: (payload) => current().parse(payload), strip: (payload) => sent(current().strip(payload)) };
  }

  /** Compiles the class with its present decorators. */
  private quickest(type: PayloadClass): PayloadValidator {
    const { validator } = this.validation;
    const metadata = metadataOf(validator, type);
    const declaredType = (property: string): unknown =>
      Reflect.getMetadata('design:type', type.prototype as object, property);
    const isFlat = metadata.every(({ propertyName }) => SCALARS.has(declaredType(propertyName)));
    const thorough = this.thorough(type, isFlat);
    if (this.transformations?.none(type) !== true || writesItself(type)) return thorough;
    const constraints = ClassConstraints.of(validator, metadata, declaredType);
    return constraints === null ? thorough : quick(type, constraints, thorough);
  }

  private thorough(type: PayloadClass, isFlat: boolean): PayloadValidator {
    // class-transformer costs more than the validation. If it would only copy properties, they are copied without it.
    const copies = isFlat && this.transformations?.none(type) === true && !writesItself(type);
    const instantiate = copies ? copyInto : (of: PayloadClass, payload: object) => this.instanceOf(of, payload);
    const unknown = (payload: object, instance: object): Issue[] => inheritedNames(payload, instance, this.classes);
    const inbound: Direction = { options: INBOUND, instantiate, finish: identity, unknown };
    const { transformer, outbound } = this;
    const finish = (instance: object): unknown => transformer.instanceToPlain(instance);
    const stock: Direction = { options: OUTBOUND, instantiate, finish, unknown: () => [] };
    return {
      parse: (payload) => this.run(type, payload, isFlat, inbound),
      strip: (payload) =>
        outbound === null ? this.run(type, payload, isFlat, stock) : outbound.strip(type, payload, isFlat, OUTBOUND),
    };
  }

  private run(type: PayloadClass, payload: unknown, isFlat: boolean, direction: Direction): unknown {
    const { options, instantiate, finish, unknown } = direction;
    if (!isPlainObject(payload) && !(payload instanceof type))
      throw invalid([{ path: '', message: 'must be an object' }]);
    const instance = instantiate(type, payload);
    const issues = unknown(payload, instance);
    if (issues.length > 0) throw invalid(issues);
    const misplaced = isFlat ? null : findMisplacedArray(instance);
    if (misplaced !== null) throw invalid([{ path: misplaced, message: 'must not be an array' }]);
    const settle = (errors: ValidationError[]): unknown => {
      if (errors.length > 0) throw invalid(issuesOf(errors));
      return finish(instance);
    };
    const errors = this.validation.errorsOf(instance, options);
    return errors instanceof Promise ? errors.then(settle) : settle(errors);
  }

  /** If a `@Transform` throws on a value, the payload is invalid. */
  private instanceOf(type: PayloadClass, payload: object): object {
    try {
      return this.transformer.plainToInstance<object, object>(type as ClassConstructor<object>, payload, TRANSFORM);
    } catch (cause) {
      const reason = `${type.name} could not be made of the payload`;
      throw new RealtimeException('INVALID_PAYLOAD', { reason, cause });
    }
  }
}

/** A stripped payload as JSON carries it. */
function sent(stripped: unknown): unknown {
  return stripped instanceof Promise ? stripped.then(asJsonCarries) : asJsonCarries(stripped);
}

/** Declared types of properties that hold no nested objects. */
const SCALARS: ReadonlySet<unknown> = new Set([String, Number, Boolean, Date]);

const TRANSFORM = { enableImplicitConversion: false } as const;

/** Accepts valid payloads by their constraints alone. All other payloads go to `thorough`, which also gives the issues. */
function quick(type: PayloadClass, constraints: ClassConstraints, thorough: PayloadValidator): PayloadValidator {
  const setters = hasSetters(type);
  return {
    parse: (payload) => {
      if (constraints.areAsynchronous || !isPlainObject(payload)) return thorough.parse(payload);
      // A setter leaves no key in the instance.
      if (setters && !constraints.declareAllOf(payload)) return thorough.parse(payload);
      const instance = copyInto(type, payload);
      const passes = constraints.declareAllOf(instance) && constraints.holdFor(instance);
      return passes ? instance : thorough.parse(payload);
    },
    strip: (payload) => {
      const isOwn = payload instanceof type;
      if (constraints.areAsynchronous || (!isOwn && !isPlainObject(payload))) return thorough.strip(payload);
      let declared: object | null = null;
      try {
        const instance = isOwn ? payload : copyInto(type, payload);
        if (constraints.holdFor(instance)) declared = constraints.declaredOf(instance);
      } catch {
        // It happens again there, where it is known which property it is.
      }
      return declared ?? thorough.strip(payload);
    },
  };
}

/** Whether instances say themselves what JSON writes of them. */
function writesItself(type: PayloadClass): boolean {
  return typeof (type.prototype as { readonly toJSON?: unknown }).toJSON === 'function';
}

function hasSetters(type: PayloadClass): boolean {
  for (let from = type.prototype as object; from !== Object.prototype; from = Object.getPrototypeOf(from) as object) {
    if (Object.values(Object.getOwnPropertyDescriptors(from)).some((member) => typeof member.set === 'function'))
      return true;
  }
  return false;
}

/** Leaves out what would change the class of the instance, and what has no setter. */
function copyInto(type: PayloadClass, payload: object): object {
  const instance = new type();
  if (!Object.hasOwn(payload, '__proto__') && !Object.hasOwn(payload, 'constructor')) {
    try {
      return Object.assign(instance, payload);
    } catch {
      // A getter of the class without a setter.
    }
  }
  for (const name of Object.keys(payload)) {
    if (name !== '__proto__' && name !== 'constructor') Reflect.set(instance, name, (payload as Fields)[name]);
  }
  return instance;
}

function identity(value: object): object {
  return value;
}
