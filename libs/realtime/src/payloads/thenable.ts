// Does a constraint or a schema answer later? Also in the promises of other libraries, which `instanceof Promise` does not know.

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof (value as { readonly then?: unknown }).then === 'function';
}

/** Nobody waits for it any more; that it fails must not end the process. */
export function abandon(value: unknown): void {
  Promise.resolve(value).catch(() => undefined);
}
