// Does class-transformer do more for a class than copy its properties?
import type { PayloadClass } from '@nestjs-realtime/contract';

type Storage = Readonly<Record<string, Map<unknown, ReadonlyMap<unknown, unknown>> | undefined>>;

/** Where class-transformer 0.5 stores its decorators. It has no public function that says whether a class has any. */
const STORAGE_MODULE: string = 'class-transformer/cjs/storage.js';
const DECORATIONS = ['_typeMetadatas', '_transformMetadatas', '_exposeMetadatas', '_excludeMetadatas'];

interface TypeMetadata {
  readonly typeFunction?: (help: object) => unknown;
  readonly reflectedType?: unknown;
  readonly options?: { readonly discriminator?: Discriminator };
}
interface Discriminator {
  readonly property: string;
  readonly subTypes: readonly { readonly name: string; readonly value: PayloadClass }[];
}

/** What `@Type()` declares of a property. */
export interface DeclaredType {
  readonly type: PayloadClass;
  /** The field by which the class is chosen; null if there is one class only. */
  readonly discriminator: string | null;
  /** The class of this value. */
  typeOf(value: object): PayloadClass;
}

/** The class-transformer decorators of all classes in this process. */
export class ClassTransformations {
  /** Properties by the names that `@Expose()` gives them; null for a class without any. */
  private readonly names = new WeakMap<PayloadClass, ReadonlyMap<string, string> | null>();

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

  /** Null if `@Type()` says nothing of the property, or no class. */
  declaredType(of: PayloadClass, property: string, object: object): DeclaredType | null {
    const found = this.find('_typeMetadatas', of, property) as TypeMetadata | undefined;
    if (found === undefined) return null;
    const type = found.typeFunction?.({ newObject: object, object, property }) ?? found.reflectedType;
    const { property: discriminator, subTypes = [] } = found.options?.discriminator ?? {};
    if (typeof type !== 'function' || (type === Object && discriminator === undefined)) return null;
    const typeOf = (value: object): PayloadClass => {
      if (discriminator === undefined) return type as PayloadClass;
      const name = (value as Readonly<Record<string, unknown>>)[discriminator];
      const subType = subTypes.find((each) => value instanceof each.value || each.name === name);
      return subType?.value ?? (type as PayloadClass);
    };
    return { type: type as PayloadClass, discriminator: discriminator ?? null, typeOf };
  }

  /** Whether `@Expose()` names the property. */
  exposes(type: PayloadClass, property: string): boolean {
    return this.find('_exposeMetadatas', type, property) !== undefined;
  }

  /** The property that class-transformer fills with the value of a key: `@Expose({ name })` may give it another name. */
  propertyOf(type: PayloadClass, key: string): string {
    let names = this.names.get(type);
    if (names === undefined) this.names.set(type, (names = this.namesOf(type)));
    return names?.get(key) ?? key;
  }

  /** Whether neither the class nor a base class has such a decorator. */
  none(type: PayloadClass | undefined): boolean {
    for (let target: unknown = type; typeof target === 'function'; target = Object.getPrototypeOf(target)) {
      if (DECORATIONS.some((name) => this.storage[name]?.has(target))) return false;
    }
    return true;
  }

  private namesOf(type: PayloadClass): ReadonlyMap<string, string> | null {
    const names = new Map<string, string>();
    for (let target: unknown = type; typeof target === 'function'; target = Object.getPrototypeOf(target)) {
      for (const each of this.storage._exposeMetadatas?.get(target)?.values() ?? []) {
        const { options, propertyName } = each as { options?: { name?: string }; propertyName?: string };
        const name = options?.name;
        if (name !== undefined && propertyName !== undefined && !names.has(name)) names.set(name, propertyName);
      }
    }
    return names.size === 0 ? null : names;
  }

  private find(storage: string, type: PayloadClass, property: string): unknown {
    for (let target: unknown = type; typeof target === 'function'; target = Object.getPrototypeOf(target)) {
      const found = this.storage[storage]?.get(target)?.get(property);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
