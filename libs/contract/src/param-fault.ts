// What is wrong with the value of a param, and how is it fixed? Apart from the encoder, so that browsers need not load the texts.
import { MAX_PARAM_LENGTH } from './channel-name.js';

const CONTROL_CHARACTER = /\p{Cc}/u;
const LONE_SURROGATE = /\p{Cs}/u;

/** Of a value that `isLegalParam` refuses; it follows the name of the param. */
export function paramFault(value: unknown): string {
  if (typeof value !== 'string')
    return `must be a string, and its type is ${typeof value}; convert an id with String(id).`;
  if (value === '') return `is empty; give it 1 to ${MAX_PARAM_LENGTH} characters.`;
  if (CONTROL_CHARACTER.test(value)) return 'has a control character, such as a line end; remove it.';
  if (LONE_SURROGATE.test(value)) return 'has a lone surrogate, half of a character; cut texts between characters.';
  return `is longer than ${MAX_PARAM_LENGTH} characters; use a shorter key, such as a digest.`;
}
