// What is sent of a payload that a class describes? What Nest sends over HTTP: an instance, through ClassSerializerInterceptor.
import type { Issue, PayloadClass } from '@nestjs-realtime/contract';
import type { ValidationError, ValidatorOptions } from 'class-validator';
import { isDecorated } from './class-decorations.js';
import { invalid, issuesOf } from './class-issues.js';
import type { ClassTransformations } from './class-transformations.js';
import type { ClassValidation, Validated } from './class-validation.js';
import { JsonLoss } from './json-loss.js';
import { type MadeInstance, OutboundInstances } from './outbound-instances.js';
import { OutboundTransformer } from './outbound-transformer.js';

/** What class-validator says of a nested object whose class has no decorators. It means nothing to the sender of an event. */
const UNKNOWN = 'an unknown value was passed to the validate function';
const WITHOUT_CLASS =
  'has no class with class-validator decorators; put @Type(() => TheClass) on the property, or leave out @ValidateNested()';

/** The instance is validated as it is, then the decorators of class-transformer decide what is sent of it, by which names. */
export class OutboundPayloads {
  private constructor(
    private readonly validation: ClassValidation,
    private readonly instances: OutboundInstances,
    private readonly transformer: OutboundTransformer,
  ) {}

  /** Null if the libraries keep something elsewhere. Then only their public functions can be used. */
  static async load(
    validation: ClassValidation,
    transformations: ClassTransformations | null,
  ): Promise<OutboundPayloads | null> {
    const transformer = await OutboundTransformer.load(transformations);
    if (transformations === null || transformer === null || !validation.knowsExecutor) return null;
    const instances = new OutboundInstances(validation.validator, transformations);
    return new OutboundPayloads(validation, instances, transformer);
  }

  strip(type: PayloadClass, payload: unknown, isFlat: boolean, options: ValidatorOptions): unknown {
    const made = this.madeOf(type, payload, isFlat);
    const validated: Validated = new Map();
    const settle = (errors: ValidationError[]): unknown => {
      if (errors.length > 0) throw invalid(issuesOf(errors).map(explained));
      return this.transformer.toPlain(made.instance, { validated, discriminators: made.discriminators });
    };
    const isLeft = (value: object): boolean =>
      this.transformer.isForeign(value) && !isDecorated(this.validation.validator, value.constructor as PayloadClass);
    let errors: ValidationError[] | Promise<ValidationError[]>;
    try {
      errors = this.validation.errorsOfOwn(made.instance, options, validated, isLeft);
    } catch (error) {
      throw unreadable(validated, error) ?? error;
    }
    return errors instanceof Promise ? errors.then(settle) : settle(errors);
  }

  private madeOf(type: PayloadClass, payload: unknown, isFlat: boolean): MadeInstance {
    let made: MadeInstance | null;
    try {
      made = this.instances.of(type, payload, isFlat);
    } catch (error) {
      throw JsonLoss.from(error).toException();
    }
    if (made === null) throw invalid([{ path: '', message: 'must be an object' }]);
    return made;
  }
}

function explained(issue: Issue): Issue {
  return issue.message === UNKNOWN ? { ...issue, message: WITHOUT_CLASS } : issue;
}

/** The declared getter that threw while the constraints ran; null if a constraint did. */
function unreadable(validated: Validated, error: unknown): Error | null {
  for (const [object, declared] of validated) {
    for (const name of Object.keys(declared)) {
      try {
        void (object as Readonly<Record<string, unknown>>)[name];
      } catch {
        return JsonLoss.from(error).within(name).toException();
      }
    }
  }
  return null;
}
