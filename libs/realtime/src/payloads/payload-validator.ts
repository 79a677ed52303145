// Is this payload what the channel declared? What a compiled slot answers.

/**
 * A compiled payload slot. Both return a value, or a promise where the schema is asynchronous, and
 * throw (or reject with) `RealtimeException('INVALID_PAYLOAD')` with at most 10 issues.
 */
export interface PayloadValidator {
  /** A client's payload as the handler gets it; unknown properties of a class are refused. */
  parse(payload: unknown): unknown;
  /** Our own payload as it goes out; unknown properties are stripped in silence. */
  strip(payload: unknown): unknown;
}
