// Does a guard's answer admit? Only `true` does.
import { isObservable, lastValueFrom } from 'rxjs';
import { isPromiseLike } from '../connections/promise-like.js';

/**
 * Returns at once for a synchronous answer, otherwise a promise. As in Nest, the answer of an Observable is its last value; an
 * Observable without a value refuses.
 *
 * Security note: a truthy value other than `true` refuses too. A guard that forgets to compare, or returns the row it found, must not
 * admit.
 */
export function admits(answer: unknown): boolean | Promise<boolean> {
  if (typeof answer === 'boolean') return answer;
  return isPromiseLike(answer) || isObservable(answer) ? settled(answer) : false;
}

async function settled(answer: unknown): Promise<boolean> {
  const found = await answer;
  const value: unknown = isObservable(found) ? await lastValueFrom(found, { defaultValue: false }) : found;
  return value === true;
}
