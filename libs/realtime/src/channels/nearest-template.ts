// Which name template did a programmer mean who wrote another name? The one that takes the fewest changes.

/** A changed letter of a literal. */
const EDIT = 2;
/** A literal that differs in upper and lower case alone. */
const CASE = 1;
/** A param that the name leaves out. */
const MISSING_PARAM = 1;
/** A segment for which the template has none. */
const EXTRA_SEGMENT = 3;

/** Null where there is no template. Of two that are as near, the first counts. */
export function nearestTemplate(name: string, templates: readonly string[]): string | null {
  const segments = name.split('.');
  let [nearest, least]: [string | null, number] = [null, Infinity];
  for (const template of templates) {
    const distance = distanceOf(segments, template.split('.'));
    if (distance < least) [nearest, least] = [template, distance];
  }
  return nearest;
}

function distanceOf(segments: readonly string[], parts: readonly string[]): number {
  let distance = EXTRA_SEGMENT * Math.max(segments.length - parts.length, 0);
  parts.forEach((part, at) => {
    const segment: string | undefined = segments[at];
    if (part.startsWith('{')) distance += segment === undefined ? MISSING_PARAM : 0;
    else distance += literalDistance(segment ?? '', part);
  });
  return distance;
}

function literalDistance(segment: string, literal: string): number {
  if (segment === literal) return 0;
  if (segment.toLowerCase() === literal.toLowerCase()) return CASE;
  return EDIT * edits(segment, literal);
}

/** Letters to insert, remove or replace. */
function edits(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = row[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[other.length];
}
