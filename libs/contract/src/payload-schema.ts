// What may a slot of a channel hold, and which types follow from it?
import type { DataFields, FieldNames } from './json-types.js';
import type { StandardSchema } from './standard-schema.js';

/** A class whose instances describe a payload; on servers it carries class-validator decorators. */
export type PayloadClass<T extends object = object> = new (...args: never[]) => T;

/** A schema of a payload: a class, or a Standard Schema (zod, valibot, arktype). */
export type PayloadSchema = PayloadClass | StandardSchema;

/** An event or a message: its schema, or null if it carries nothing. `undefined` is no slot: an import cycle leaves it. */
export type Slot = PayloadSchema | null;

/** A class without its methods; the class itself if it has none. */
type Fields<T> = Exclude<keyof T, FieldNames<T>> extends never ? T : DataFields<T>;

/** What a sender passes for a slot, before the schema has parsed it. */
export type SlotInput<S> = S extends null
  ? undefined
  : S extends StandardSchema<infer Input, infer _Output>
    ? Input
    : S extends PayloadClass<infer T>
      ? Fields<T>
      : never;

/** What the schema of a slot gives, once it has parsed the input. */
export type SlotOutput<S> = S extends null
  ? undefined
  : S extends StandardSchema<infer _Input, infer Output>
    ? Output
    : S extends PayloadClass<infer T>
      ? T
      : never;

/** Whether a schema is a Standard Schema and not a class. A Standard Schema may itself be a function (arktype). */
export function isStandardSchema(schema: PayloadSchema): schema is StandardSchema {
  return '~standard' in schema;
}

/** Whether the value is a class or a Standard Schema. */
export function isPayloadSchema(value: unknown): value is PayloadSchema {
  return (
    typeof value === 'function' ||
    (typeof value === 'object' && value !== null && isStandardSchema(value as PayloadSchema))
  );
}
