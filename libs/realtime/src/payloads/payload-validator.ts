// Does a payload match what the channel declares? A compiled slot answers.

/**
 * A compiled payload slot. Both methods return a value, or a promise if the schema is asynchronous. For an invalid payload they throw
 * or reject with `RealtimeException('INVALID_PAYLOAD')`, with at most 10 issues.
 */
export interface PayloadValidator {
  /** The payload of a client, as the handler receives it. A class refuses unknown properties. */
  parse(payload: unknown): unknown;
  /** The payload of a broadcast, as it is sent. Unknown properties are removed without an error. */
  strip(payload: unknown): unknown;
}
