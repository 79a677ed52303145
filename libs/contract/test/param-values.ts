// Which values of params does a test try, and how does the protocol spell them? By an encoder on bytes, so that no test compares the code with itself.
import fc, { type Arbitrary } from 'fast-check';

const LONGEST_NAME = 512;
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether docs/protocol.md allows the value. */
export function isLegalValue(value: string): boolean {
  const codes = Array.from(value, (character) => character.codePointAt(0)!);
  const isCharacter = (code: number) =>
    code > 0x1f && !(code > 0x7e && code < 0xa0) && !(code > 0xd7ff && code < 0xe000);
  return codes.length >= 1 && codes.length <= 128 && codes.every(isCharacter);
}

/** The one spelling of a value. */
export function spellingOf(value: string): string {
  return Array.from(Buffer.from(value, 'utf8'), (byte) => spellingOfByte(byte)).join('');
}

/** The one spelling of what a segment of a name stands for, read as leniently as can be; null where it stands for nothing legal. */
export function protocolSpelling(segment: string): string | null {
  const bytes: number[] = [];
  for (const [text] of segment.matchAll(/%[0-9A-Fa-f]{2}|[^]/g)) {
    if (text.charCodeAt(0) > 0x7f) return null;
    bytes.push(text.length === 3 ? Number.parseInt(text.slice(1), 16) : text.charCodeAt(0));
  }
  try {
    const value = UTF_8.decode(Uint8Array.from(bytes));
    return isLegalValue(value) ? spellingOf(value) : null;
  } catch {
    return null;
  }
}

/** What identity providers give as ids, and what could confuse an encoder. */
export const KNOWN_VALUES = [
  'auth0|507f',
  'ada@example.com',
  '0b4d9f0e-6a4c-4c0e-9d8e-1f2a3b4c5d6e',
  'google-oauth2|114.5',
  'CN=Ada Lovelace,OU=R&D,DC=example,DC=com',
  'https://id.example/users/7?a=1#b',
  'urn:user:7',
  '.',
  '..',
  'a.b',
  '%',
  '%2E',
  '%25',
  '{userId}',
  '*',
  ' ',
  '"\\',
  "!'()*~",
  'é',
  'e\u0301',
  'Ångström',
  '\u212bngström',
  'ﬁ',
  'İstanbul',
  '名前',
  '😀',
  '👩‍👩‍👧',
  '\u00a0',
  '\u200b',
  '\u202e',
  '\u2028',
  '\ufeff',
  '\ufffd',
  '\uffff',
  '\u{10ffff}',
  '__proto__',
  'x'.repeat(128),
  '.'.repeat(128),
] as const;

const character = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...'azAZ09_-') },
  { weight: 4, arbitrary: fc.constantFrom(...'.%@|+:/ ~!*\'()"\\{}#') },
  { weight: 1, arbitrary: fc.constantFrom('é', 'e\u0301', '\ufeff', '\u202e', '\u00a0', '\uffff', '😀', '\u{10ffff}') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
);

/** Every legal value that fits into a name beside 64 other characters. */
export const legalValues: Arbitrary<string> = fc.oneof(
  fc.constantFrom(...KNOWN_VALUES),
  fc
    .array(character, { minLength: 1, maxLength: 128, size: 'medium' })
    .map((characters) => characters.join(''))
    .filter((value) => isLegalValue(value) && spellingOf(value).length <= LONGEST_NAME - 64),
);

/** Spellings of a value that a sloppy encoder could give, the right one among them. */
export function spellingsOf(value: string): Arbitrary<string> {
  const characters = [...value];
  const styles = fc.array(fc.integer({ min: 0, max: 4 }), {
    minLength: characters.length,
    maxLength: characters.length,
  });
  return styles.map((chosen) => characters.map((each, at) => STYLES[chosen[at]](each)).join(''));
}

/** Texts that are names, or nearly. */
export const strangeTexts: Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.oneof(legalValues.map(spellingOf), fc.constant('x'.repeat(127))), { maxLength: 5 })
    .map((all) => all.join('.')),
  legalValues.chain(spellingsOf),
  fc.tuple(legalValues.map(spellingOf), fc.nat(), fc.constantFrom(...'%@.aAgG0289CF é')).map(([segment, at, other]) => {
    const index = at % segment.length;
    return segment.slice(0, index) + other + segment.slice(index + 1);
  }),
  fc
    .array(
      fc.oneof(
        fc.integer({ min: 0, max: 255 }).map((byte) => encoded(byte)),
        fc.constantFrom(
          ...'az.%@é',
          '%2',
          '%2e',
          '%C3%A9',
          '%E2%82%AC',
          '%ED%A0%80',
          '%F0%9F%98%80',
          '%F4%90%80%80',
          '%C0%AE',
        ),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);

const STYLES: readonly ((character: string) => string)[] = [
  spellingOf,
  spellingOf,
  (text) => Array.from(Buffer.from(text, 'utf8'), (byte) => encoded(byte)).join(''),
  (text) => Array.from(Buffer.from(text, 'utf8'), (byte) => encoded(byte).toLowerCase()).join(''),
  (text) => {
    const code = text.codePointAt(0)!;
    return code > 0x7f ? text : encoded(0xc0 | (code >> 6)) + encoded(0x80 | (code & 0x3f));
  },
];

function spellingOfByte(byte: number): string {
  const text = String.fromCharCode(byte);
  return byte < 0x80 && /[A-Za-z0-9_-]/.test(text) ? text : encoded(byte);
}

function encoded(byte: number): string {
  return `%${byte.toString(16).padStart(2, '0').toUpperCase()}`;
}
