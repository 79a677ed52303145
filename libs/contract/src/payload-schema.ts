// What may a payload slot of a channel hold, and which types follow from it?
import type { StandardSchema } from './standard-schema.js';

/** A class whose instances describe a payload; on servers it carries class-validator decorators. */
export type PayloadClass<T extends object = object> = new (...args: never[]) => T;

/** A payload slot: a class, or a Standard Schema (zod, valibot, arktype). */
export type PayloadSchema = PayloadClass | StandardSchema;

/** Named payload slots: event or message name to schema. */
export type PayloadSchemas = Readonly<Record<string, PayloadSchema>>;

/** What a sender may pass for a slot, before the schema has parsed it. */
export type PayloadInput<S> =
  S extends StandardSchema<infer Input, infer _Output> ? Input : S extends PayloadClass<infer T> ? T : never;

/** What a receiver gets from a slot, after the schema has parsed it. */
export type PayloadOutput<S> =
  S extends StandardSchema<infer _Input, infer Output> ? Output : S extends PayloadClass<infer T> ? T : never;

/** Whether a slot holds a Standard Schema and not a class. A schema may itself be a function (arktype). */
export function isStandardSchema(schema: PayloadSchema): schema is StandardSchema {
  return '~standard' in schema;
}
