// Does class-transformer do more for a class than copy its properties?
import type { PayloadClass } from '@nestjs-realtime/contract';

type Storage = Readonly<Record<string, Map<unknown, ReadonlyMap<unknown, unknown>> | undefined>>;

/** Where class-transformer 0.5 stores its decorators. It has no public function that says whether a class has any. */
const STORAGE_MODULE: string = 'class-transformer/cjs/storage.js';
const DECORATIONS = ['_typeMetadatas', '_transformMetadatas', '_exposeMetadatas', '_excludeMetadatas'];

/** The class-transformer decorators of all classes in this process. */
export class ClassTransformations {
  private constructor(private readonly storage: Storage) {}

  /** Null if this version stores them elsewhere; then every class must be treated as decorated. */
  static async load(): Promise<ClassTransformations | null> {
    try {
      const { defaultMetadataStorage: storage } = (await import(STORAGE_MODULE)) as { defaultMetadataStorage: Storage };
      return DECORATIONS.every((name) => storage[name] instanceof Map) ? new ClassTransformations(storage) : null;
    } catch {
      return null;
    }
  }

  /** The property that class-transformer fills with the value of a key: `@Expose({ name })` may give it another name. */
  propertyOf(type: PayloadClass, key: string): string {
    for (let target: unknown = type; typeof target === 'function'; target = Object.getPrototypeOf(target)) {
      for (const each of this.storage._exposeMetadatas?.get(target)?.values() ?? []) {
        const { options, propertyName } = each as { options?: { name?: string }; propertyName?: string };
        if (options?.name === key && propertyName !== undefined) return propertyName;
      }
    }
    return key;
  }

  /** Whether neither the class nor a base class has such a decorator. */
  none(type: PayloadClass | undefined): boolean {
    for (let target: unknown = type; typeof target === 'function'; target = Object.getPrototypeOf(target)) {
      if (DECORATIONS.some((name) => this.storage[name]?.has(target))) return false;
    }
    return true;
  }
}
