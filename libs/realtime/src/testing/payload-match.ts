// Does a payload match what a test expects?

/**
 * Whether the payload, parsed from JSON, contains the expected values. Objects may have more properties than expected, at every depth.
 * Arrays are compared element by element and must have the same length. `undefined` expects a property to be absent. Expected values are
 * converted as JSON does: a `Date` matches its ISO string. Matchers of Jest and Vitest work.
 */
export function payloadMatches(payload: unknown, expected: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return Object.is(payload, expected);
  if (isMatcher(expected)) return expected.asymmetricMatch(payload);
  if (hasToJSON(expected)) return payloadMatches(payload, expected.toJSON());
  if (typeof payload !== 'object' || payload === null) return false;
  if (Array.isArray(expected) || Array.isArray(payload)) return arraysMatch(payload, expected);
  return Object.entries(expected).every(([key, value]) =>
    payloadMatches(Object.hasOwn(payload, key) ? (payload as Record<string, unknown>)[key] : undefined, value),
  );
}

function arraysMatch(payload: object, expected: object): boolean {
  return (
    Array.isArray(payload) &&
    Array.isArray(expected) &&
    payload.length === expected.length &&
    expected.every((value, i) => payloadMatches(payload[i], value))
  );
}

/** A matcher of a test runner, such as `expect.any(String)`. */
export interface Matcher {
  asymmetricMatch(other: unknown): boolean;
  toAsymmetricMatcher?(): string;
  toString(): string;
  readonly sample?: unknown;
}

export function isMatcher(value: unknown): value is Matcher {
  return typeof (value as Partial<Matcher> | null | undefined)?.asymmetricMatch === 'function';
}

function hasToJSON(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}
