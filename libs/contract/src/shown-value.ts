// How does an error message show a value that a programmer wrote?

/** Texts in quotes; objects without their content, which may be large or secret. */
export function shownValue(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
