// Which keys of a client name a member that their class inherits, such as toString or a method? Such a key is an unknown property.
import { type Issue, isLegalSegment, type PayloadClass } from '@nestjs-realtime/contract';
import { isPlainObject } from './payload-shape.js';

/** What is known of the classes of the payloads. */
export interface KnownClasses {
  /** Whether the class declares the property. True for a class without class-validator decorators, which takes any key. */
  declares(type: PayloadClass, property: string): boolean;
  /** The property that receives a key of the client. */
  propertyOf(type: PayloadClass, key: string): string;
}

type Fields = Readonly<Record<string, unknown>>;
type Pair = readonly [source: Fields, made: Fields, path: string];

/**
 * Compares a payload with the instance that was made of it. class-transformer drops such keys in silence, a copy lets them hide the
 * member, and a setter takes them. Where no class is declared, any key is data: what class-transformer dropped there comes back.
 *
 * Security note: reads client data. Its shape has been checked, so its depth and its keys are bounded.
 */
export function inheritedNames(payload: object, instance: object, classes: KnownClasses): Issue[] {
  const issues: Issue[] = [];
  const pending: Pair[] = [[payload as Fields, instance as Fields, '']];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) compare(next, classes, issues, pending);
  return issues;
}

function compare([source, made, path]: Pair, classes: KnownClasses, issues: Issue[], pending: Pair[]): void {
  const isList = Array.isArray(made);
  const prototype = Object.getPrototypeOf(made) as { readonly constructor: PayloadClass } | null;
  const isData = isPlainObject(made);
  const type = isList || isData || prototype === null ? null : prototype.constructor;
  for (const key of Object.keys(source)) {
    const value = source[key];
    const property = type === null ? key : classes.propertyOf(type, key);
    if (!isList && prototype !== null && property in prototype) {
      if (type === null)
        Object.defineProperty(made, key, { value, writable: true, enumerable: true, configurable: true });
      else if (!classes.declares(type, property)) issues.push({ path: join(path, key), message: 'unknown property' });
    } else if (isObject(value)) {
      const part = partOf(made, property);
      if (isObject(part)) pending.push([value, part, join(path, key)]);
    }
  }
}

function partOf(made: unknown, property: string): unknown {
  if (!(made instanceof Map)) return (made as Fields)[property];
  return made.get(property) as unknown;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** Keys that are no plain identifiers are left out. */
function join(path: string, key: string): string {
  if (!isLegalSegment(key)) return path;
  return path === '' ? key : `${path}.${key}`;
}
