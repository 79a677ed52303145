// How is an outbound payload kept to what JSON carries?
import { RealtimeException } from '../realtime.exception.js';
import { jsonLoss } from './json-loss.js';
import type { PayloadValidator } from './payload-validator.js';
import { isThenable } from './thenable.js';

/** A validator whose `strip` also refuses what JSON would lose. */
export function jsonSafe(validator: PayloadValidator): PayloadValidator {
  return {
    parse: (payload) => validator.parse(payload),
    strip: (payload) => {
      const stripped = validator.strip(payload);
      return isThenable(stripped) ? Promise.resolve(stripped).then(withoutLoss) : withoutLoss(stripped);
    },
  };
}

/** @throws RealtimeException `INVALID_PAYLOAD` that names the path and the kind of the value. */
export function withoutLoss(payload: unknown): unknown {
  const loss = jsonLoss(payload);
  if (loss === null) return payload;
  const message = `JSON cannot carry ${loss.what}; send text, numbers, lists and plain objects, or give the value a toJSON()`;
  throw new RealtimeException('INVALID_PAYLOAD', { issues: [{ path: loss.path, message }] });
}
