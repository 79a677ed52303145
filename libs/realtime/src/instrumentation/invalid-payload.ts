// How does an error tell a programmer what is wrong with a payload of the server's own?
import { thrownText } from './log-text.js';
import { RealtimeException } from '../realtime.exception.js';

/** The issues with their paths, or the text of an unexpected error, on one line. Never throws. */
export function whyInvalid(error: unknown): string {
  if (!(error instanceof RealtimeException)) return thrownText(error);
  const issues = error.issues?.map(({ path, message }) => `${path === '' ? 'payload' : path}: ${message}`);
  const text = issues?.join('; ') ?? error.reason ?? error.message;
  return error.cause === undefined ? text : `${text} (${thrownText(error.cause)})`;
}
