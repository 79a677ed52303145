// Does an instance keep the constraints of its class? class-validator's own constraints, looked up once and not for every payload.
import type { ValidationArguments, ValidatorConstraintInterface } from 'class-validator';
import type { ClassValidator, ConstraintMetadata, ValidationMetadata } from './class-validation.js';
import { abandon, isThenable } from './thenable.js';

type Check = (object: object, value: unknown) => boolean;

/** Kinds of decorators that only ask constraints; class-validator's names. */
const CONDITION = 'conditionalValidation';
const WHITELIST = 'whitelistValidation';
const CONSTRAINTS: ReadonlySet<string> = new Set(['customValidation', 'isDefined']);

/** Declared types of properties whose values are checked by constraints alone. */
const VALUES: ReadonlySet<unknown> = new Set([String, Number, Boolean, Date, Array]);

/** What `registerDecorator()` calls the class of a validator that was given to it as an object, as all of class-validator's own are. */
const MADE_BY_DECORATOR = 'CustomConstraint';

/** Shared by all checks of a class. */
interface Answers {
  late: boolean;
}

interface Property {
  readonly name: string;
  readonly isArray: boolean;
  readonly conditions: readonly Check[];
  readonly checks: readonly Check[];
}

/**
 * Says yes only where class-validator would; a no means: ask class-validator, which also knows what to tell. Most payloads are
 * valid, and its executor costs several times what the constraints themselves do.
 */
export class ClassConstraints {
  private constructor(
    private readonly properties: ReadonlyMap<string, Property>,
    private readonly answers: Answers,
  ) {}

  /** Whether a constraint has answered by promise: then class-validator had better be asked at once. */
  get areAsynchronous(): boolean {
    return this.answers.late;
  }

  /** Null where more than constraints is at work: nested objects, promises, properties that may hold any object. */
  static of(
    validator: ClassValidator,
    metadata: readonly ValidationMetadata[],
    declaredType: (property: string) => unknown,
  ): ClassConstraints | null {
    const isSimple = metadata.every(
      ({ type, propertyName }) =>
        (CONSTRAINTS.has(type) || type === CONDITION || type === WHITELIST) && VALUES.has(declaredType(propertyName)),
    );
    if (!isSimple) return null;
    const answers: Answers = { late: false };
    const checked = metadata.filter(({ type }) => CONSTRAINTS.has(type));
    const constraintsOf = ({ constraintCls }: ValidationMetadata): readonly ConstraintMetadata[] =>
      validator.getMetadataStorage().getTargetValidatorConstraints(constraintCls);
    // One that is not registered is a fault, and of one that answers later nobody wants to ask twice.
    if (checked.some((each) => constraintsOf(each).length === 0 || constraintsOf(each).some(({ async }) => async))) {
      return null;
    }
    const names = [...new Set(metadata.map(({ propertyName }) => propertyName))];
    return new ClassConstraints(
      new Map(
        names.map((name) => {
          const own = metadata.filter(({ propertyName }) => propertyName === name);
          return [
            name,
            {
              name,
              isArray: declaredType(name) === Array,
              conditions: own.filter(({ type }) => type === CONDITION).map(conditionOf),
              checks: checked
                .filter(({ propertyName }) => propertyName === name)
                .map((each) => checkOf(each, constraintsOf(each), answers)),
            },
          ];
        }),
      ),
      answers,
    );
  }

  /** Whether every property of an instance from outside is declared, and no array stands where something else is. */
  declareAllOf(instance: object): boolean {
    for (const name of Object.keys(instance)) {
      const property = this.properties.get(name);
      if (property === undefined) return false;
      if (!property.isArray && Array.isArray((instance as Record<string, unknown>)[name])) return false;
    }
    return true;
  }

  /** The declared ones among the instance's own properties; null where one holds an object, which may have rules of its own. */
  declaredOf(instance: object): object | null {
    const declared: Record<string, unknown> = {};
    for (const name of Object.keys(instance)) {
      const property = this.properties.get(name);
      if (property === undefined) continue;
      const value = (instance as Record<string, unknown>)[name];
      const isPlain = isScalar(value) || (property.isArray && Array.isArray(value) && value.every(isScalar));
      if (!isPlain) return null;
      declared[name] = value;
    }
    return declared;
  }

  /** Whether every constraint on every declared property holds. @throws what a constraint throws. */
  holdFor(instance: object): boolean {
    for (const { name, conditions, checks } of this.properties.values()) {
      const value = (instance as Record<string, unknown>)[name];
      if (!conditions.every((condition) => condition(instance, value))) continue;
      for (const check of checks) if (!check(instance, value)) return false;
    }
    return true;
  }
}

function conditionOf({ constraints }: ValidationMetadata): Check {
  const [condition] = constraints as [(object: object, value: unknown) => unknown];
  return (object, value) => Boolean(condition(object, value));
}

/** `constraints` is class-validator's own list, which may grow. */
function checkOf(metadata: ValidationMetadata, constraints: readonly ConstraintMetadata[], answers: Answers): Check {
  const { target, propertyName: property, constraints: settings, each, validateIf } = metadata;
  const targetName = typeof target === 'string' ? target : target.name;
  const asked = constraints.map(instanceOf);
  const holds = (instance: ValidatorConstraintInterface, value: unknown, args: ValidationArguments): boolean => {
    const answer: unknown = instance.validate(value, args);
    if (answer === true) return true;
    if (isThenable(answer)) {
      answers.late = true;
      abandon(answer);
    }
    return false;
  };
  return (object, value) => {
    if (validateIf && !validateIf(object, value)) return true;
    if (constraints.length !== asked.length) return false;
    const args: ValidationArguments = { targetName, property, object, value, constraints: settings };
    for (const find of asked) {
      const instance = find();
      if (!each || !isList(value)) {
        if (!holds(instance, value, args)) return false;
        continue;
      }
      for (const item of value instanceof Map ? value.values() : value) if (!holds(instance, item, args)) return false;
    }
    return true;
  };
}

/** The container of a class may be set after boot, and may change; what a decorator has made itself needs none. */
function instanceOf(constraint: ConstraintMetadata): () => ValidatorConstraintInterface {
  if (constraint.target.name !== MADE_BY_DECORATOR) return () => constraint.instance;
  let found: ValidatorConstraintInterface | null = null;
  return () => (found ??= constraint.instance);
}

function isList(value: unknown): value is readonly unknown[] | ReadonlySet<unknown> | ReadonlyMap<unknown, unknown> {
  return Array.isArray(value) || value instanceof Set || value instanceof Map;
}

function isScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null || value instanceof Date;
}
