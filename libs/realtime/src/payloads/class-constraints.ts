// Does an instance keep the constraints of its class? class-validator's own constraints, looked up once and not for every payload.
import type { ValidationArguments, ValidatorConstraintInterface } from 'class-validator';

type ClassValidator = typeof import('class-validator');
type ValidationMetadata = ReturnType<
  ReturnType<ClassValidator['getMetadataStorage']>['getTargetValidationMetadatas']
>[number];
type Check = (object: object, value: unknown) => boolean;

/** Kinds of decorators that only ask constraints; class-validator's names. */
const CONDITION = 'conditionalValidation';
const WHITELIST = 'whitelistValidation';
const CONSTRAINTS: ReadonlySet<string> = new Set(['customValidation', 'isDefined']);

/** Declared types of properties whose values are checked by constraints alone. */
const VALUES: ReadonlySet<unknown> = new Set([String, Number, Boolean, Date, Array]);

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
  private constructor(private readonly properties: ReadonlyMap<string, Property>) {}

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
              checks: own.filter(({ type }) => CONSTRAINTS.has(type)).flatMap((each) => checksOf(validator, each)),
            },
          ];
        }),
      ),
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

function checksOf(validator: ClassValidator, metadata: ValidationMetadata): Check[] {
  const { target, propertyName: property, constraints, each, validateIf } = metadata;
  const targetName = typeof target === 'string' ? target : target.name;
  return validator
    .getMetadataStorage()
    .getTargetValidatorConstraints(metadata.constraintCls)
    .map((constraint): Check => {
      // The container it comes from may be set after boot.
      let found: ValidatorConstraintInterface | null = null;
      return (object, value) => {
        if (validateIf && !validateIf(object, value)) return true;
        found ??= constraint.instance;
        const args: ValidationArguments = { targetName, property, object, value, constraints };
        if (!each || !isList(value)) return found.validate(value, args) === true;
        for (const item of value instanceof Map ? value.values() : value) {
          if (found.validate(item, args) !== true) return false;
        }
        return true;
      };
    });
}

function isList(value: unknown): value is readonly unknown[] | ReadonlySet<unknown> | ReadonlyMap<unknown, unknown> {
  return Array.isArray(value) || value instanceof Set || value instanceof Map;
}

function isScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null || value instanceof Date;
}
