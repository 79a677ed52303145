// Does an instance satisfy the constraints of its class? They are class-validator's, looked up once instead of for every payload.
import type { ValidationArguments, ValidatorConstraintInterface } from 'class-validator';
import type { ClassValidator, ConstraintMetadata, ValidationMetadata } from './class-validation.js';
import { abandon, isThenable } from './thenable.js';

type Check = (object: object, value: unknown) => boolean;

/** Kinds of decorators that only run constraints, by class-validator's names. */
const CONDITION = 'conditionalValidation';
const WHITELIST = 'whitelistValidation';
const CONSTRAINTS: ReadonlySet<string> = new Set(['customValidation', 'isDefined']);

/** Declared types of properties for which constraints are the only check. */
const VALUES: ReadonlySet<unknown> = new Set([String, Number, Boolean, Date, Array]);

/** The name that `registerDecorator()` gives to the class of a validator object. All of class-validator's own validators are objects. */
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
 * Accepts only instances that class-validator accepts. If it does not accept an instance, class-validator must check it, and gives the
 * issues. Most payloads are valid, and class-validator's executor costs several times as much as the constraints.
 */
export class ClassConstraints {
  private constructor(
    private readonly properties: ReadonlyMap<string, Property>,
    private readonly answers: Answers,
  ) {}

  /** Whether a constraint has answered by promise. Then class-validator should check every instance. */
  get areAsynchronous(): boolean {
    return this.answers.late;
  }

  /** Null if constraints are not the only check: for nested objects, promises, and properties that may hold any object. */
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
    // `ClassValidation` reports an unregistered constraint, and an asynchronous one must not run twice.
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

  /** Whether every property of an inbound instance is declared, and arrays are only where they are declared. */
  declareAllOf(instance: object): boolean {
    for (const name of Object.keys(instance)) {
      const property = this.properties.get(name);
      if (property === undefined) return false;
      if (!property.isArray && Array.isArray((instance as Record<string, unknown>)[name])) return false;
    }
    return true;
  }

  /** The declared properties of the instance; null if one holds an object, which may have its own rules. */
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

  /** Whether all constraints on all declared properties hold. @throws what a constraint throws. */
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

/** `constraints` is class-validator's own list, so it may grow. */
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

/** The container that creates a constraint class may be set or changed after boot. A validator object needs no container. */
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
