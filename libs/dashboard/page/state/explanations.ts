// What do a gate and a code mean, for somebody who does not know them by heart?
import type { RefusalRow } from '../../src/wire/feed.frames.js';

export const GATES: Readonly<Record<RefusalRow['gate'], string>> = {
  connect: 'Gate 1, connecting',
  subscribe: 'Gate 2, subscribing',
  message: 'Gate 3, a message',
  broadcast: 'Gate 4, a broadcast',
};

export const CODES: Readonly<Record<RefusalRow['code'], string>> = {
  UNAUTHENTICATED: 'Bad credentials, or nobody is logged in and the channel is not public.',
  FORBIDDEN: 'The user may not have it, or there is no such channel; the answer does not say which.',
  BAD_REQUEST: 'The request is not of the protocol’s form, or the channel’s name is not legal.',
  NOT_SUBSCRIBED: 'The connection is not admitted to the channel.',
  UNKNOWN_EVENT: 'The channel declares no such message, or no handler takes it.',
  INVALID_PAYLOAD: 'The payload does not fit its schema.',
  PAYLOAD_TOO_LARGE: 'The payload is over the limit of size, depth or keys.',
  LIMIT_EXCEEDED: 'Too many connections of one user, or subscriptions of one connection.',
  RATE_LIMITED: 'More requests than the rate limit allows.',
  OVERLOADED: 'Too many authentications or handlers are under way.',
  TIMEOUT: 'The handler did not finish within the request timeout.',
  UNAVAILABLE: 'Something that the answer depends on is down.',
  INTERNAL: 'An error of the application; the log has it under its correlation id.',
};
