// How does the value of a param stand in a channel name? Percent-encoded, in one spelling (docs/protocol.md#channel-names).
import { ChannelParamsError } from './channel-errors.js';
import { isLegalChannelName } from './channel-name.js';

/** 1 to `MAX_PARAM_LENGTH` characters; with the flag `u`, the two halves of a surrogate pair are one, and `Cs` is a half on its own. */
const LEGAL = /^[^\p{Cc}\p{Cs}]{1,128}$/u;
/** Six ASCII characters that `encodeURIComponent` leaves as they are, and a channel name does not. */
const NOT_ENCODED = /[^\w%-]/g;

/**
 * The segment of a channel name that stands for this value: `A-Z a-z 0-9 _ -` as they are, every other byte of its UTF-8 as `%XX`.
 * `with()` does this; call it where you make a name without a descriptor.
 *
 * @param what begins the message of the error.
 * @throws ChannelParamsError when the value is not a string of 1 to 128 characters, or has a control character or a lone surrogate.
 * @example encodeParam('ada@example.com') // 'ada%40example%2Ecom'
 */
export function encodeParam(value: string, what = 'A param'): string {
  if (isLegalParam(value)) return encodeLegalParam(value);
  throw new ChannelParamsError(
    `${what} must be a string of 1 to 128 characters, without control characters and lone surrogates.`,
  );
}

/**
 * The value that a segment of a channel name stands for; null when it is not the legal spelling of one.
 *
 * Security note: reads client data.
 *
 * @example decodeParam('auth0%7C507f') // 'auth0|507f'
 */
export function decodeParam(segment: string): string | null {
  return isLegalChannelName(segment) && !segment.includes('.') ? decodeLegalParam(segment) : null;
}

/** As `encodeParam`, for a value that is legal. */
export function encodeLegalParam(value: string): string {
  return encodeURIComponent(value).replace(NOT_ENCODED, encodeCharacter);
}

/** As `decodeParam`, for a segment of a name that is legal. */
export function decodeLegalParam(segment: string): string {
  return segment.includes('%') ? decodeURIComponent(segment) : segment;
}

/** Whether a channel name can hold this value. */
export function isLegalParam(value: unknown): value is string {
  return typeof value === 'string' && LEGAL.test(value);
}

function encodeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
