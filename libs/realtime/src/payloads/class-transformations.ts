// Does class-transformer have anything to do for a class, beyond copying its properties?
import type { PayloadClass } from '@nestjs-realtime/contract';

type Storage = Readonly<Record<string, Map<unknown, unknown> | undefined>>;

/** Where class-transformer 0.5 keeps what its decorators said; it offers no public question for "none at all". */
const STORAGE_MODULE: string = 'class-transformer/cjs/storage.js';
const DECORATIONS = ['_typeMetadatas', '_transformMetadatas', '_exposeMetadatas', '_excludeMetadatas'];

/** What the decorators of class-transformer have said of the classes of this process. */
export class ClassTransformations {
  private constructor(private readonly storage: Storage) {}

  /** Null where this version keeps it elsewhere; then every class has to be taken for a transformed one. */
  static async load(): Promise<ClassTransformations | null> {
    try {
      const { defaultMetadataStorage: storage } = (await import(STORAGE_MODULE)) as { defaultMetadataStorage: Storage };
      return DECORATIONS.every((name) => storage[name] instanceof Map) ? new ClassTransformations(storage) : null;
    } catch {
      return null;
    }
  }

  /** Whether neither the class nor one it extends has such a decorator. */
  none(type: PayloadClass): boolean {
    for (let target: unknown = type; typeof target === 'function'; target = Object.getPrototypeOf(target)) {
      if (DECORATIONS.some((name) => this.storage[name]?.has(target))) return false;
    }
    return true;
  }
}
