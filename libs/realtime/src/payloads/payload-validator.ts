// Does a payload match what the channel declares? A compiled slot answers.

/**
 * A compiled slot of an event, a message, a reply, or the data of an error. Both methods return a value, or a promise if the schema is
 * asynchronous. For an invalid payload they throw or reject with `RealtimeException('INVALID_PAYLOAD')`, with at most 10 issues.
 */
export interface PayloadValidator {
  /** The payload of a client, as the handler receives it. A class refuses unknown properties. A slot without payload gives undefined. */
  parse(payload: unknown): unknown;
  /**
   * What the server sends: stripped of unknown properties without an error, and as JSON carries it, so that `JSON.stringify` loses
   * nothing. A value that JSON would lose is an issue. `undefined` means that nothing is sent; only a slot without payload, or a schema
   * that accepts it, gives it. The result itself is never a promise: a promise is the validator's own.
   *
   * Issues of this method name keys of the server's data: they are for the programmer, never for the peer.
   */
  strip(payload: unknown): unknown;
}
