// How does an answer look as JSON? Indented, and safe to show in a terminal: what could mislead one is escaped as JSON allows.

/** All that `JSON.stringify` leaves as it is, and that neither people nor terminals can see as it is. */
const UNSEEN = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, null, 2).replace(UNSEEN, (character) =>
    Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
      .map((code) => `\\u${code.toString(16).padStart(4, '0')}`)
      .join(''),
  );
  return `${text}\n`;
}
