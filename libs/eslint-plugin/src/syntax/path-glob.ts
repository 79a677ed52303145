// Does a path match a glob? At any depth, so that the answer does not depend on the folder in which the linter is started.

const SCRIPT = /(\.d)?\.[cm]?[jt]sx?$/;

/** The path without the extension of a script: `a.handler.js` names the same file as `a.handler.ts` and `a.handler`. */
export function stemOf(path: string): string {
  return path.replace(SCRIPT, '');
}

/** A text as a pattern that it alone matches. */
export function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** `*` and `?` stay within a segment, `**` spans segments, `{a,b}` is a choice. `src/x.ts` matches `/app/src/x.ts`, too. */
export function matchesGlob(path: string, globs: readonly string[]): boolean {
  return globs.some((glob) => patternOf(glob).test(path));
}

function patternOf(glob: string): RegExp {
  const tokens = glob.replace(/^\.?\//, '').match(/\*\*\/|\*\*|[\s\S]/g) ?? [];
  let isInChoice = false;
  const source = tokens.map((token) => {
    if (token === '{' || token === '}') isInChoice = token === '{';
    return isInChoice && token === ',' ? '|' : (WILDCARDS[token] ?? escaped(token));
  });
  return new RegExp(`(?:^|/)${source.join('')}$`);
}

const WILDCARDS: Readonly<Record<string, string | undefined>> = {
  '**/': '(?:[^/]+/)*',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
  '{': '(?:',
  '}': ')',
};
