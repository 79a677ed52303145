// What do the gates and codes mean, in plain words?
import type { RefusalCode } from '@nestjs-realtime/contract';
import type { RefusalRow } from '../../src/wire/feed.frames.js';

export const GATES: Readonly<Record<RefusalRow['gate'], string>> = {
  connect: 'Gate 1, connecting',
  subscribe: 'Gate 2, subscribing',
  message: 'Gate 3, a message',
  broadcast: 'Gate 4, a broadcast',
};

const CODES: Readonly<Record<RefusalCode, string>> = {
  UNAUTHENTICATED: 'The credentials are invalid, or there are none and the channel is not public.',
  FORBIDDEN: 'The user lacks the right, or the channel does not exist; the reply does not say which.',
  BAD_REQUEST: 'The request does not follow the protocol, or the channel’s name is invalid.',
  NOT_SUBSCRIBED: 'The connection is not subscribed to the channel.',
  UNKNOWN_EVENT: 'The channel declares no such message, or it has no handler.',
  INVALID_PAYLOAD: 'The payload does not match its schema.',
  PAYLOAD_TOO_LARGE: 'The payload exceeds the limit of size, depth or keys.',
  LIMIT_EXCEEDED: 'The user has too many connections, or the connection too many subscriptions.',
  RATE_LIMITED: 'The connection sent more requests than the rate limit allows.',
  OVERLOADED: 'Too many authentications or handlers are running.',
  TIMEOUT: 'The handler did not finish within the request timeout.',
  UNAVAILABLE: 'A service that the answer depends on is down.',
  INTERNAL: 'The application threw an error; the log has it under its correlation id.',
};

/** Whether a code is one that a message of the application declares, and none of the protocol. */
export function isOfApplication(code: string): boolean {
  return !Object.hasOwn(CODES, code);
}

export function explainCode(code: string): string {
  return isOfApplication(code)
    ? 'The application refused the message with a code of its own, which the message declares.'
    : CODES[code as RefusalCode];
}
