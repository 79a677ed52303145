// How long may a string from outside be in a row? Longer ones are cut.
import { MAX_CHANNEL_NAME_LENGTH } from '@nestjs-realtime/contract';

/** Maximum length of a name, in UTF-16 units. */
const LONGEST_NAME = 200;
/** Maximum length of what an action of the page names again. No channel name is longer, and no id of a usual identity provider. */
const LONGEST_KEY = MAX_CHANNEL_NAME_LENGTH;
/** Maximum length of a reason or an error message. */
const LONGEST_REASON = 500;

export function cutName(name: string): string {
  return cut(name, LONGEST_NAME);
}

/** For channel names and ids: the page disconnects users and evicts them by what its rows hold. */
export function cutKey(key: string): string {
  return cut(key, LONGEST_KEY);
}

export function cutReason(reason: string): string {
  return cut(reason, LONGEST_REASON);
}

/** Name and message of an error. Accepts any thrown value. */
export function errorText(error: unknown): string {
  try {
    return cutReason(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  } catch {
    return 'an error that cannot be read';
  }
}

/** Class name of an object; `Object` if it has none. */
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
