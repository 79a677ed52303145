// Which instance does a class validate for an object of the server? The object itself, if it is one; else one that is made of it.
import type { PayloadClass } from '@nestjs-realtime/contract';
import { isDecorated, metadataOf } from './class-decorations.js';
import { isOneObject } from './class-issues.js';
import type { ClassTransformations, DeclaredType } from './class-transformations.js';
import type { ClassValidator } from './class-validation.js';
import { hasFields, hasToJson, isObject } from './foreign-objects.js';
import { JsonLoss, lossOfCycle } from './json-loss.js';
import { isPlainObject } from './payload-shape.js';

type Fields = Record<string, unknown>;

/** Types to which `@Type()` converts any value. */
const CONVERTED: ReadonlySet<unknown> = new Set([String, Number, Boolean, Date]);

/** An instance, and the fields of its parts that tell class-transformer their class: it sets them itself. */
export interface MadeInstance {
  readonly instance: object;
  readonly discriminators: ReadonlyMap<object, string>;
}

/** Makes instances as the types of the application say: by the names of properties, whatever names they have on the wire. */
export class OutboundInstances {
  constructor(
    private readonly validator: ClassValidator,
    private readonly transformations: ClassTransformations,
  ) {}

  /** Null if the payload is no object with fields. A flat class declares scalars only. @throws JsonLoss with the path of what cannot be read or made. */
  of(type: PayloadClass, payload: unknown, isFlat: boolean): MadeInstance | null {
    const making = new Making(this.validator, this.transformations, isFlat);
    const instance = making.root(type, payload);
    return instance === null ? null : { instance, discriminators: making.discriminators };
  }
}

/**
 * Nothing is changed in the objects of the caller. An instance that holds plain objects, where `@Type()` declares a class, is copied with
 * instances in their place; any other instance stays itself, with its private fields.
 */
class Making {
  readonly discriminators = new Map<object, string>();
  private readonly ancestors: object[] = [];

  constructor(
    private readonly validator: ClassValidator,
    private readonly transformations: ClassTransformations,
    private readonly isFlat: boolean,
  ) {}

  root(type: PayloadClass, payload: unknown): object | null {
    if (!isObject(payload) || Array.isArray(payload)) return null;
    if (payload instanceof type) return this.instance(payload);
    const source = sourceOf(payload);
    return source === null ? null : this.made(type, source);
  }

  private value(value: unknown, declared: DeclaredType | null, converts: boolean): unknown {
    if (converts && CONVERTED.has(declared?.type)) return converted(value, declared!.type);
    if (!isObject(value)) return value;
    if (this.ancestors.includes(value)) {
      if (declared !== null && isPlainObject(value)) throw lossOfCycle();
      return value;
    }
    if (Array.isArray(value)) return this.list(value, declared, converts);
    if (declared !== null && value instanceof Map) {
      return new Map(Array.from(value, ([key, each]) => [key, this.value(each, declared, converts)]));
    }
    if (declared !== null && value instanceof Set) {
      return new Set(Array.from(value, (each) => this.value(each, declared, converts)));
    }
    return declared === null ? this.instance(value) : this.typed(value, declared);
  }

  private list(list: readonly unknown[], declared: DeclaredType | null, converts: boolean): readonly unknown[] {
    let copy: unknown[] | null = null;
    let i = 0;
    try {
      for (; i < list.length; i++) {
        const made = this.value(list[i], declared, converts);
        if (made !== list[i]) (copy ??= Array.from(list))[i] = made;
      }
    } catch (error) {
      throw JsonLoss.from(error).within(i);
    }
    return copy ?? list;
  }

  private typed(value: object, declared: DeclaredType): object {
    const { discriminator } = declared;
    const type = declared.typeOf(value);
    let made = value;
    if (value instanceof type) made = this.instance(value);
    // An object of a library, such as an id, says itself what it is: its class is not to be made of its fields.
    else if (isPlainObject(value) || isDecorated(this.validator, type)) {
      const source = sourceOf(value);
      if (source !== null) made = this.made(type, source);
    }
    if (discriminator === null) return made;
    if (made === value && !Object.hasOwn(value, discriminator)) made = copyOf(value);
    this.discriminators.set(made, discriminator);
    return made;
  }

  /** The instance itself, or a copy where one of its parts had to be made. */
  private instance(value: object): object {
    const type = value.constructor as PayloadClass | undefined;
    if (isPlainObject(value) || typeof type !== 'function') return value;
    if (this.transformations.none(type) && !isDecorated(this.validator, type)) return value;
    let copy: object | null = null;
    this.ancestors.push(value);
    let at = '';
    try {
      for (const key of Object.keys(value)) {
        at = key;
        const field = (value as Fields)[key];
        if (!isObject(field)) continue;
        if (this.isMisplaced(field, value, key)) throw new JsonLoss('must not be an array');
        const made = this.value(field, this.transformations.declaredType(type, key, value), false);
        if (made !== field) Object.defineProperty((copy ??= copyOf(value)), key, { value: made });
      }
    } catch (error) {
      throw JsonLoss.from(error).within(at);
    }
    this.ancestors.pop();
    return copy ?? value;
  }

  private made(type: PayloadClass, source: object): object {
    const instance = constructed(type);
    this.ancestors.push(source);
    let at = '';
    try {
      for (const key of this.keysOf(source, type)) {
        at = key;
        if (key in instance && reaches(type, key) && !this.declares(type, key)) continue;
        const field = (source as Fields)[key];
        if (this.isMisplaced(field, instance, key)) throw new JsonLoss('must not be an array');
        Reflect.set(instance, key, this.value(field, this.transformations.declaredType(type, key, source), true));
      }
    } catch (error) {
      throw JsonLoss.from(error).within(at);
    }
    this.ancestors.pop();
    return instance;
  }

  /** A list in place of one object: class-validator would accept it, and check its items. */
  private isMisplaced(field: unknown, object: object, key: string): boolean {
    return !this.isFlat && Array.isArray(field) && isOneObject(object, key);
  }

  /** The fields, and what an instance of another class has in getters. */
  private keysOf(source: object, type: PayloadClass): Iterable<string> {
    const keys = Object.keys(source);
    if (isPlainObject(source)) return keys;
    const declared = metadataOf(this.validator, type).map(({ propertyName }) => propertyName);
    return new Set([...keys, ...declared.filter((name) => name in source)]);
  }

  private declares(type: PayloadClass, key: string): boolean {
    return metadataOf(this.validator, type).some(({ propertyName }) => propertyName === key);
  }
}

/** What the fields are read from; null for a value without fields. `toJSON()` of an object of no declared class speaks for it. */
function sourceOf(value: object): object | null {
  const source: unknown = hasToJson(value) ? value.toJSON('') : value;
  return isObject(source) && !Array.isArray(source) && hasFields(source) ? source : null;
}

function constructed(type: PayloadClass): object {
  try {
    return new type();
  } catch (cause) {
    throw new JsonLoss(`${type.name} cannot be constructed without arguments; send an instance of it`, { cause });
  }
}

/** Whether a field of this name would change the class of an instance, or hide a method. */
function reaches(type: PayloadClass, key: string): boolean {
  if (key === '__proto__' || key === 'constructor') return true;
  for (
    let from: object | null = type.prototype as object;
    from !== null;
    from = Object.getPrototypeOf(from) as object
  ) {
    const member = Object.getOwnPropertyDescriptor(from, key);
    if (member !== undefined) return typeof member.value === 'function';
  }
  return false;
}

/** Without private fields, which nothing can copy. */
function copyOf(value: object): object {
  const fields = Object.getOwnPropertyDescriptors(value) as Record<string, PropertyDescriptor>;
  for (const field of Object.values(fields)) {
    field.configurable = true;
    if ('value' in field) field.writable = true;
  }
  return Object.create(Object.getPrototypeOf(value) as object | null, fields) as object;
}

function converted(value: unknown, type: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (type !== Date) return (type as (from: unknown) => unknown)(value);
  return value instanceof Date ? value : new Date(value as string | number);
}
