// What does a slot without payload accept?
import { RealtimeException } from '../realtime.exception.js';
import type { PayloadValidator } from './payload-validator.js';

/** The validator of a slot that is declared as null. Clients may leave the payload out, or send null for it. */
export const NO_PAYLOAD: PayloadValidator = {
  parse: (payload) => (payload === null ? undefined : nothing(payload)),
  strip: nothing,
};

function nothing(payload: unknown): undefined {
  if (payload === undefined) return undefined;
  throw new RealtimeException('INVALID_PAYLOAD', { issues: [{ path: '', message: 'it takes no payload' }] });
}
