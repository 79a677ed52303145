// What is a legal channel name? Segments with dots between them, each a literal or the one spelling of a param's value (docs/protocol.md#channel-names).

/** Longest legal channel name, in characters. */
export const MAX_CHANNEL_NAME_LENGTH = 512;
/** Longest literal segment of a name template, in characters. */
export const MAX_SEGMENT_LENGTH = 64;
/** Longest value of a param, in characters (code points) before it is encoded. */
export const MAX_PARAM_LENGTH = 128;

/**
 * Splits a concrete channel name into its segments, encoded as they are; null when the name is not legal.
 *
 * Security note: reads client data. One pass, no RegExp, and nothing is allocated for an illegal name.
 */
export function splitChannelName(name: unknown): string[] | null {
  return isLegalChannelName(name) ? name.split('.') : null;
}

/**
 * Whether the value is a legal concrete channel name. Each channel has one: a name that encodes what need not be, in lower case, or to
 * what is no character is not legal.
 *
 * Security note: reads client data. It reads each character once, up to the first that is illegal.
 */
export function isLegalChannelName(name: unknown): name is string {
  if (typeof name !== 'string' || name.length > MAX_CHANNEL_NAME_LENGTH) return false;
  let segmentLength = 0;
  for (let at = 0; at < name.length;) {
    const code = name.charCodeAt(at);
    if (code === DOT) {
      if (segmentLength === 0) return false;
      segmentLength = 0;
      at++;
      continue;
    }
    at = isPlainCharacter(code) ? at + 1 : endOfEncoded(name, at);
    if (at === ILLEGAL || ++segmentLength > MAX_PARAM_LENGTH) return false;
  }
  return segmentLength > 0;
}

/** Whether the value is a legal literal segment of a name template; also the form of event names, message names and param names. */
export function isLegalSegment(value: unknown): value is string {
  if (typeof value !== 'string' || value.length === 0 || value.length > MAX_SEGMENT_LENGTH) return false;
  for (let at = 0; at < value.length; at++) if (!isPlainCharacter(value.charCodeAt(at))) return false;
  return true;
}

const DOT = 0x2e;
const PERCENT = 0x25;
const DELETE = 0x7f;
const ILLEGAL = -1;

function isPlainCharacter(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) || // a-z
    (code >= 0x41 && code <= 0x5a) || // A-Z
    (code >= 0x30 && code <= 0x39) || // 0-9
    code === 0x5f || // _
    code === 0x2d // -
  );
}

/** Index after the encoded character that begins at `at`; `ILLEGAL` where none begins, or one that must be spelled otherwise. */
function endOfEncoded(name: string, at: number): number {
  const first = byteAt(name, at);
  if (first < 0x80) return isEncodedAscii(first) ? at + 3 : ILLEGAL;
  if (first < 0xc2 || first > 0xf4) return ILLEGAL;
  const bytes = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  let character = first & (0x7f >> bytes);
  for (let index = 1; index < bytes; index++) {
    const byte = byteAt(name, at + 3 * index);
    if ((byte & 0xc0) !== 0x80) return ILLEGAL;
    character = (character << 6) | (byte & 0x3f);
  }
  return isEncodedCharacter(character, bytes) ? at + 3 * bytes : ILLEGAL;
}

/** The byte that `%XX` stands for at `at`; negative where there is no such thing. */
function byteAt(name: string, at: number): number {
  if (name.charCodeAt(at) !== PERCENT) return ILLEGAL;
  return (digit(name.charCodeAt(at + 1)) << 4) | digit(name.charCodeAt(at + 2));
}

/** Value of an upper-case hexadecimal digit; negative for anything else, also after the end of the name. */
function digit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30; // 0-9
  return code >= 0x41 && code <= 0x46 ? code - 0x37 : ILLEGAL; // A-F
}

/** Whether an ASCII character may stand in a name, and only encoded: it is neither plain nor a control character. */
function isEncodedAscii(code: number): boolean {
  return code >= 0x20 && code !== DELETE && !isPlainCharacter(code);
}

/** Whether a character beyond ASCII is well-formed in that many bytes, and no control character: the last of those is U+009F. */
function isEncodedCharacter(character: number, bytes: number): boolean {
  if (bytes === 2) return character > 0x9f;
  if (bytes === 3) return character >= 0x800 && !(character >= 0xd800 && character <= 0xdfff);
  return character >= 0x10000 && character <= 0x10ffff;
}
