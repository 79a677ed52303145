// How long may a string from outside be in a row?

/** Longest name that is kept, in UTF-16 units. */
const LONGEST_NAME = 200;
/** Longest reason or error message that is kept. */
const LONGEST_REASON = 500;

export function cutName(name: string): string {
  return cut(name, LONGEST_NAME);
}

export function cutReason(reason: string): string {
  return cut(reason, LONGEST_REASON);
}

/** What an error says of itself, whatever was thrown. */
export function errorText(error: unknown): string {
  try {
    return cutReason(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  } catch {
    return 'an error that cannot be read';
  }
}

/** Name of an object's class, whatever it is. */
export function classNameOf(value: object): string {
  try {
    return cutName(String(value.constructor.name));
  } catch {
    return 'Object';
  }
}

export function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
