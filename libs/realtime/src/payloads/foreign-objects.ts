// Which objects say themselves what is sent of them? Those that JSON asks, and those whose data is in no field.
import { types } from 'node:util';
import { keepsFields } from './json-loss.js';
import { isPlainObject } from './payload-shape.js';

/** Whether class-transformer would damage the object, or JSON asks it for its content. */
export function isUnknown(value: object): boolean {
  return !types.isDate(value) && (!hasFields(value) || (hasToJson(value) && !Array.isArray(value)));
}

export function hasFields(value: object): boolean {
  return Array.isArray(value) || isPlainObject(value) || keepsFields(value);
}

export function hasToJson(value: object): value is { toJSON(key: string): unknown } {
  return typeof (value as { readonly toJSON?: unknown }).toJSON === 'function';
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
