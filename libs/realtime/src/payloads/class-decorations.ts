// Has a class got new class-validator decorators since it was compiled? They may be registered at any time.
import type { PayloadClass } from '@nestjs-realtime/contract';
import type { ClassValidator, ValidationMetadata } from './class-validation.js';

type Decorated = ReadonlyMap<unknown, readonly unknown[]>;

/** Counts the decorators of a class and its base classes, for every payload. */
export class Decorations {
  private readonly targets: readonly unknown[];
  private readonly counts: number[];

  private constructor(
    private readonly decorated: Decorated,
    type: PayloadClass,
  ) {
    this.targets = ancestry(type);
    this.counts = this.targets.map((target) => this.countOf(target));
  }

  /** Null if this version of class-validator stores them elsewhere. */
  static of(validator: ClassValidator, type: PayloadClass): Decorations | null {
    const { validationMetadatas } = validator.getMetadataStorage() as unknown as { validationMetadatas?: unknown };
    return validationMetadatas instanceof Map ? new Decorations(validationMetadatas as Decorated, type) : null;
  }

  /** Whether the number of decorators has changed since the last call. */
  haveGrown(): boolean {
    let grown = false;
    for (let i = 0; i < this.targets.length; i++) {
      const count = this.countOf(this.targets[i]);
      if (count === this.counts[i]) continue;
      this.counts[i] = count;
      grown = true;
    }
    return grown;
  }

  private countOf(target: unknown): number {
    return this.decorated.get(target)?.length ?? 0;
  }
}

/** The metadata that class-validator has for a class now. */
export function metadataOf(validator: ClassValidator, type: PayloadClass): ValidationMetadata[] {
  return validator.getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
}

/** Whether the class or a base class has class-validator decorators now; true if this version stores them elsewhere. */
export function isDecorated(validator: ClassValidator, type: PayloadClass | undefined): boolean {
  const { validationMetadatas } = validator.getMetadataStorage() as unknown as { validationMetadatas?: unknown };
  return !(validationMetadatas instanceof Map) || ancestry(type).some((target) => validationMetadatas.has(target));
}

function ancestry(type: PayloadClass | undefined): unknown[] {
  const found: unknown[] = [];
  for (let target: unknown = type; typeof target === 'function' && target !== Function.prototype;) {
    found.push(target);
    target = Object.getPrototypeOf(target);
  }
  return found;
}
