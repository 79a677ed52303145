// What does a page of the manual link to, and which headings can a link to it name?
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';

/** Where this repository is on GitHub; a README on npm links to pages by this address. */
const ADDRESS = /^https:\/\/github\.com\/nestjs-realtime\/nestjs-realtime\/(?:blob|tree)\/main\//;

/** Inline links and images, and reference definitions. */
const LINKS = [/\]\(\s*<?([^\s)>]+)/g, /^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/gm];
const FENCED = /^( *)(```|~~~)[\s\S]*?^\1\2.*$/gm;
const INLINE_CODE = /`[^`\n]+`/g;

const SKIPPED = /^(node_modules|dist|coverage|\.(?!github$).*)$/;

/** Every Markdown file of the repository, from its root. */
export function markdownFiles(folder = '.'): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.test(entry.name)) return [];
    const path = folder === '.' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return markdownFiles(path);
    return path.endsWith('.md') ? [path] : [];
  });
}

/** The targets of all links of a page, outside of code. */
export function linksOf(markdown: string): string[] {
  const prose = markdown.replace(FENCED, '').replace(INLINE_CODE, '');
  return LINKS.flatMap((pattern) => [...prose.matchAll(pattern)].map(([, target]) => target));
}

/** What is wrong with a link on the page at `path`; null where it leads somewhere, or outside of this repository. */
export function linkFault(path: string, link: string): string | null {
  const local = link.replace(ADDRESS, '/');
  if (/^[a-z]+:/.test(local)) return null;
  const [target, anchor] = local.split('#');
  const file = target === '' ? path : fromRoot(path, target);
  return pageFault(file, anchor) && `${path}: ${link} ${pageFault(file, anchor)}`;
}

/** What is wrong with naming this file, and this heading of it. */
export function pageFault(file: string, anchor?: string): string | null {
  if (!existsSync(file)) return 'names a file that does not exist';
  if (!anchor) return null;
  if (!statSync(file).isFile() || !file.endsWith('.md')) return null;
  return anchorsOf(readFileSync(file, 'utf8')).includes(anchor) ? null : 'names a heading that does not exist';
}

/** The anchors of all headings, as GitHub makes them. */
export function anchorsOf(markdown: string): string[] {
  const seen = new Map<string, number>();
  return [...markdown.replace(FENCED, '').matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, title]) => {
    const slug = title
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
}

function fromRoot(path: string, target: string): string {
  if (target.startsWith('/')) return `.${target}`;
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.';
  return `${folder}/${decodeURI(target)}`;
}
