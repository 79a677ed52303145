// What does a slot without payload accept?
import { RealtimeException } from '../realtime.exception.js';
import type { PayloadValidator } from './payload-validator.js';

/** The validator of a slot that is declared as null. `place` begins a sentence for the programmer: `Event "closed" of channel "orders"`. */
export function compileNoPayload(place: string): PayloadValidator {
  return {
    // Clients may leave the payload out, or send null for it.
    parse: (payload) => {
      if (payload !== undefined && payload !== null) throw refusal('it takes no payload');
      return undefined;
    },
    strip: (payload) => {
      if (payload === undefined) return undefined;
      throw refusal(`${place} carries nothing; leave the payload out, or declare its schema in place of null`);
    },
  };
}

function refusal(message: string): RealtimeException {
  return new RealtimeException('INVALID_PAYLOAD', { issues: [{ path: '', message }] });
}
