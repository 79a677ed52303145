// Is the result of a constraint or schema a promise? Those of other libraries count too, which `instanceof Promise` misses.

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof (value as { readonly then?: unknown }).then === 'function';
}

/** For a promise whose outcome is not needed. Its rejection must not end the process. */
export function abandon(value: unknown): void {
  Promise.resolve(value).catch(() => undefined);
}
