// How does a built file apply decorators? As TypeScript's output does, on classes and methods.
import 'reflect-metadata';

/** @param {Function} type @param {Record<string, Function[]>} methods decorators by method @returns {any} the class */
export function decorate(type, decorators, methods = {}) {
  for (const [method, its] of Object.entries(methods)) {
    const descriptor = Object.getOwnPropertyDescriptor(type.prototype, method);
    for (const decorator of its.toReversed()) decorator(type.prototype, method, descriptor);
  }
  for (const decorator of decorators.toReversed()) decorator(type);
  return type;
}
