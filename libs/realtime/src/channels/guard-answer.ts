// Does a guard's answer admit? `true` does, everything else is a no.
import { isObservable, lastValueFrom } from 'rxjs';
import { isPromiseLike } from '../connections/promise-like.js';

/**
 * At once for an answer that is there, else a promise. As in Nest, the answer of an Observable is its last value; one that ends
 * without any has said no.
 *
 * Security note: a truthy value is a no as well. A guard that forgets to compare, or returns the row it found, must not admit.
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
