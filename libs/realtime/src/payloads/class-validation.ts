// Which errors does class-validator find in an instance? Synchronously, unless a constraint that ran is asynchronous.
import type { ValidationError, ValidatorConstraintInterface, ValidatorOptions } from 'class-validator';
import { RealtimeFault } from '../realtime.exception.js';
import { abandon, isThenable } from './thenable.js';

export type ClassValidator = typeof import('class-validator');
type MetadataStorage = ReturnType<ClassValidator['getMetadataStorage']>;
export type ValidationMetadata = ReturnType<MetadataStorage['getTargetValidationMetadatas']>[number];
export type ConstraintMetadata = ReturnType<MetadataStorage['getTargetValidatorConstraints']>[number];

/** What a class declares, by the name of the property. It inherits nothing. */
type DeclaredProperties = Readonly<Record<string, readonly ValidationMetadata[]>>;
/** What was declared of each object that was validated. */
export type Validated = Map<object, DeclaredProperties>;

/** The parts that we use of class-validator's executor, on which `validate()` and `validateSync()` are built. */
interface Executor {
  metadataStorage: MetadataStorage;
  readonly awaitingPromises: unknown[];
  execute(object: object, schema: unknown, errors: ValidationError[]): void;
  whitelist(object: object, properties: DeclaredProperties, errors: ValidationError[]): void;
  stripEmptyErrors(errors: ValidationError[]): ValidationError[];
}
type ExecutorClass = new (validator: object, options: ValidatorOptions) => Executor;

/** The executor's module in class-validator 0.14 and 0.15. */
const EXECUTOR_MODULE: string = 'class-validator/cjs/validation/ValidationExecutor.js';

/**
 * `validateSync()` silently skips asynchronous constraints. If one is not marked as asynchronous, it treats its promise as a success. So
 * this class looks at the results of the constraints of each instance and its nested objects, and waits for those that are promises. A
 * constraint may be registered before or after boot. A class without asynchronous constraints stays synchronous.
 */
export class ClassValidation {
  private readonly storage: MetadataStorage;

  private constructor(
    readonly validator: ClassValidator,
    private readonly executor: ExecutorClass | null,
  ) {
    this.storage = strictStorage(validator.getMetadataStorage());
  }

  static async load(): Promise<ClassValidation> {
    const validator = await import('class-validator');
    return new ClassValidation(validator, await loadExecutor());
  }

  /** For a version of class-validator that has its executor elsewhere: then every validation is asynchronous. */
  static withoutExecutor(validator: ClassValidator): ClassValidation {
    return new ClassValidation(validator, null);
  }

  /** The errors; empty if all constraints hold. @throws or rejects with the error of a constraint. */
  errorsOf(instance: object, options: ValidatorOptions): ValidationError[] | Promise<ValidationError[]> {
    if (this.executor === null) return this.validator.validate(instance, options);
    return this.run(new this.executor({}, options), instance);
  }

  /**
   * As `errorsOf`, for objects of the server: it deletes nothing of them. `validated` gets what is declared of each; `isLeft` tells which
   * nested objects are none of the declared.
   */
  errorsOfOwn(
    instance: object,
    options: ValidatorOptions,
    validated: Validated,
    isLeft: (value: object) => boolean,
  ): ValidationError[] | Promise<ValidationError[]> {
    const executor = new this.executor!({}, options);
    const execute = executor.execute.bind(executor);
    executor.whitelist = (object, properties) => void validated.set(object, properties);
    // An object may contain itself.
    executor.execute = (object, schema, errors) => {
      if (validated.has(object) || (object !== instance && isLeft(object))) return;
      execute(object, schema, errors);
    };
    return this.run(executor, instance);
  }

  /** Whether `errorsOfOwn` can be used. */
  get knowsExecutor(): boolean {
    return this.executor !== null;
  }

  private run(executor: Executor, instance: object): ValidationError[] | Promise<ValidationError[]> {
    executor.metadataStorage = this.storage;
    const errors: ValidationError[] = [];
    try {
      executor.execute(instance, undefined, errors);
    } catch (error) {
      executor.awaitingPromises.forEach(abandon);
      throw error;
    }
    if (executor.awaitingPromises.length === 0) return executor.stripEmptyErrors(errors);
    return settled(executor.awaitingPromises).then(() => executor.stripEmptyErrors(errors));
  }
}

/** Resolves when all promises have, including those added meanwhile. */
async function settled(promises: readonly unknown[]): Promise<void> {
  for (let known = 0; known < promises.length;) {
    const batch = promises.slice(known);
    known = promises.length;
    const failed = (await Promise.allSettled(batch)).find((outcome) => outcome.status === 'rejected');
    if (failed === undefined) continue;
    promises.slice(known).forEach(abandon);
    throw failed.reason;
  }
}

/**
 * The storage of class-validator, but an unregistered constraint throws, each thenable result is a native promise, and properties are
 * grouped in an object that inherits nothing: else `hasOwnProperty` and its like would count as declared.
 */
function strictStorage(storage: MetadataStorage): MetadataStorage {
  const known = new WeakMap<object, ConstraintMetadata[]>();
  const getTargetValidatorConstraints = (target: () => unknown): ConstraintMetadata[] => {
    const registered = storage.getTargetValidatorConstraints(target);
    if (registered.length === 0) {
      throw new RealtimeFault(
        `The constraint ${target?.name || '(anonymous)'} is not registered with class-validator, which would skip it; put @ValidatorConstraint() on its class.`,
      );
    }
    const constraints = known.get(target);
    if (constraints?.length === registered.length) return constraints;
    const made = registered.map(awaitable);
    known.set(target, made);
    return made;
  };
  return Object.assign(Object.create(storage) as MetadataStorage, {
    getTargetValidatorConstraints,
    groupByPropertyName,
  });
}

function groupByPropertyName(metadata: ValidationMetadata[]): Record<string, ValidationMetadata[]> {
  const grouped = Object.create(null) as Record<string, ValidationMetadata[]>;
  for (const each of metadata) (grouped[each.propertyName] ??= []).push(each);
  return grouped;
}

/** Asks the container for the instance on each use, as class-validator does: the container may be set or changed after boot. */
function awaitable(constraint: ConstraintMetadata): ConstraintMetadata {
  const { target, name, async } = constraint;
  const instance: ValidatorConstraintInterface = {
    validate: (value, args) => {
      const answer: unknown = constraint.instance.validate(value, args);
      return isThenable(answer) ? Promise.resolve(answer as PromiseLike<boolean>) : (answer as boolean);
    },
    get defaultMessage(): ValidatorConstraintInterface['defaultMessage'] {
      const { instance } = constraint;
      return instance.defaultMessage?.bind(instance);
    },
  };
  return { target, name, async, instance };
}

async function loadExecutor(): Promise<ExecutorClass | null> {
  try {
    const { ValidationExecutor } = (await import(EXECUTOR_MODULE)) as { ValidationExecutor: ExecutorClass };
    const executor: Record<keyof Executor, unknown> = new ValidationExecutor({}, {});
    const fits =
      Array.isArray(executor.awaitingPromises) &&
      typeof executor.execute === 'function' &&
      typeof executor.whitelist === 'function' &&
      typeof executor.stripEmptyErrors === 'function';
    return fits ? ValidationExecutor : null;
  } catch {
    return null;
  }
}
