// How does a README of the repository become one for npm? Links into the repository become addresses of the released version.
import { existsSync, statSync } from 'node:fs';
import { posix } from 'node:path';

export const REPOSITORY = 'https://github.com/nestjs-realtime/nestjs-realtime';

/** Inline links and images, reference definitions, and attributes of HTML; what stands before the target is group 1, the target group 2. */
const LINKS = [/(\]\(\s*<?)([^\s)>]+)/g, /(^ {0,3}\[[^\]]+\]:\s*<?)([^\s>]+)/gm, /(\b(?:href|src)=["'])([^"']+)/g];
const CODE = /((?:^ *(?:```|~~~)[\s\S]*?^ *(?:```|~~~))|`[^`\n]+`)/m;
const ELSEWHERE = /^([a-z][a-z+.-]*:|#|\/\/)/i;

/** The targets of all links outside code. */
export function linksOf(markdown) {
  const prose = markdown.split(CODE).filter((_, index) => index % 2 === 0);
  return prose.flatMap((text) => LINKS.flatMap((pattern) => [...text.matchAll(pattern)].map(([, , target]) => target)));
}

/** `directory` is the folder of the README below `root`. A link to what the repository does not hold stays as it is, for the checks to refuse. */
export function withAbsoluteLinks(markdown, { root, directory, version }) {
  const rewrite = (text) =>
    LINKS.reduce(
      (result, pattern) =>
        result.replace(pattern, (all, before, target) => {
          const path = ELSEWHERE.test(target) ? null : pathOf(target, directory);
          if (path === null || !existsSync(posix.join(root, path.file))) return all;
          const image = before.startsWith('src') || /\.(png|svg|gif|jpe?g|webp)$/i.test(path.file);
          return before + addressOf(path, { root, version, image });
        }),
      text,
    );
  return markdown
    .split(CODE)
    .map((text, index) => (index % 2 === 0 ? rewrite(text) : text))
    .join('');
}

/** A path that begins with `/` is counted from the root of the repository, as GitHub does. */
function pathOf(target, directory) {
  const [path, anchor] = target.split('#');
  const file = path.startsWith('/') ? path.slice(1) : posix.join(directory, path);
  return file.startsWith('..') ? null : { file, anchor: anchor === undefined ? '' : `#${anchor}` };
}

function addressOf({ file, anchor }, { root, version, image }) {
  const view = statSync(posix.join(root, file)).isDirectory() ? 'tree' : image ? 'raw' : 'blob';
  return `${REPOSITORY}/${view}/v${version}/${file}${anchor}`;
}
