// Which words make a sentence hard to read, and what is the plain one? Searched in every text of the repository.

export interface Finding {
  readonly line: number;
  readonly word: string;
  readonly better: string;
}

/** Between the words of a phrase: a space, or a line break with the marks of a comment. */
const GAP = String.raw`(?:\s|//|\*)+`;

const PLAIN_WORDS: readonly (readonly [word: string, better: string])[] = [
  ['whoever', '"any client that" or "any user who"'],
  ['whom', 'a clause with the user or client as its subject, or "that"'],
  [`at${GAP}fault`, '"invalid" or "wrong"'],
  ['mend(?:s|ed|ing)?', '"fix"'],
  ['anew', '"again"'],
  [`in${GAP}vain`, '"failed"'],
  ['shall', '"must"'],
  ['he|him|his|himself|she|herself', '"it" for a client, connection or program, "they" for a user'],
];

/** A quotation keeps its words. */
const QUOTATION = /^\s*>|\bRFC ?\d{3,}/;

export function mannered(text: string): Finding[] {
  const lines = text.split('\n');
  return PLAIN_WORDS.flatMap(([word, better]) =>
    [...text.matchAll(new RegExp(String.raw`\b(?:${word})\b`, 'gi'))].map((match) => ({
      line: text.slice(0, match.index).split('\n').length,
      word: match[0].replace(new RegExp(GAP, 'g'), ' '),
      better,
    })),
  )
    .filter(({ line }) => !QUOTATION.test(lines[line - 1]))
    .sort((one, other) => one.line - other.line);
}
