// May these packages go to npm? Licence, metadata, links that work there, and one version for all; each function returns what is wrong.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const workspace = join(import.meta.dirname, '../..');
const repository = 'https://github.com/nestjs-realtime/nestjs-realtime';

/** Inline links and images, reference definitions, and attributes of HTML. */
const LINKS = [/\]\(\s*<?([^\s)>]+)/g, /^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/gm, /\b(?:href|src)=["']([^"']+)["']/g];
const CODE = /^( *)(```|~~~)[\s\S]*?^\1\2|`[^`\n]+`/gm;

/** `folder` is the unpacked tarball. */
export function licenceFaults(folder) {
  const copy = join(folder, 'LICENSE');
  if (!existsSync(copy)) return ['holds no LICENSE'];
  const same = readFileSync(copy).equals(readFileSync(join(workspace, 'LICENSE')));
  return same ? [] : ['LICENSE differs from the LICENSE at the root of the repository: copy that file here'];
}

/** `directory` is the package's folder in the repository. */
export function metadataFaults(manifest, directory) {
  const demanded = {
    license: 'MIT',
    author: 'nestjs-realtime contributors',
    homepage: `${repository}/tree/main/${directory}#readme`,
    bugs: { url: `${repository}/issues` },
    repository: { type: 'git', url: `git+${repository}.git`, directory },
    publishConfig: { access: 'public' },
  };
  const faults = Object.entries(demanded)
    .filter(([key, value]) => JSON.stringify(manifest[key]) !== JSON.stringify(value))
    .map(([key, value]) => `package.json: "${key}" must be ${JSON.stringify(value)}`);
  if (!manifest.description) faults.push('package.json: "description" is missing');
  if (!(manifest.keywords?.length >= 3)) faults.push('package.json: "keywords" must name at least three');
  return faults;
}

/** Subpaths that are modules; other files are named by their path alone. */
export function doorsOf({ exports }) {
  return Object.keys(exports).filter((door) => typeof exports[door] === 'object');
}

/** TypeScript with `moduleResolution: node10` does not read `exports`; it finds a door's types by `typesVersions`. */
export function doorTypesFaults({ exports, typesVersions = { '*': {} } }) {
  const doors = doorsOf({ exports }).filter((door) => door !== '.');
  const demanded = Object.fromEntries(doors.map((door) => [door.slice('./'.length), [exports[door].types]]));
  const same = JSON.stringify(typesVersions) === JSON.stringify({ '*': demanded });
  return same ? [] : [`package.json: "typesVersions" must be ${JSON.stringify({ '*': demanded })}`];
}

/** On npm a README stands alone: a link leads to a heading of its own, into the tarball, or to an address that holds. */
export function linkFaults(folder) {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  const links = LINKS.flatMap((pattern) => [...readme.replace(CODE, '').matchAll(pattern)].map(([, link]) => link));
  return links.map((link) => linkFault(link, folder, readme)).filter(Boolean);
}

function linkFault(link, folder, readme) {
  if (link.startsWith('#')) return hasHeading(readme, link.slice(1)) ? null : `README.md: no heading for ${link}`;
  if (link.startsWith(`${repository}/blob/main/`) || link.startsWith(`${repository}/tree/main/`)) {
    return repositoryFault(link);
  }
  if (/^(https:|mailto:)/.test(link)) return null;
  const inside = !/^[a-z]+:|^\/|(^|\/)\.\.(\/|$)/i.test(link) && existsSync(join(folder, link.split('#')[0]));
  return inside ? null : `README.md: ${link} is dead on npm; write ${repository}/blob/main/… instead`;
}

function repositoryFault(link) {
  const [path, anchor] = link.slice(`${repository}/blob/main/`.length).split('#');
  const file = join(workspace, path);
  if (!existsSync(file)) return `README.md: ${link} names a file that the repository does not hold`;
  if (!anchor || hasHeading(readFileSync(file, 'utf8'), anchor)) return null;
  return `README.md: ${link} names a heading that ${path} does not have`;
}

/** By the slugs that GitHub makes. */
function hasHeading(markdown, slug) {
  return [...markdown.replace(CODE, (code) => (code.includes('\n') ? '' : code)).matchAll(/^#{1,6} +(.+?) *$/gm)].some(
    ([, title]) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/\s/g, '-') === slug,
  );
}

/** `manifests` are those of all packages and of the workspace. */
export function versionFaults(manifests) {
  const [{ version }] = manifests;
  const ours = new Set(manifests.map(({ name }) => name));
  return manifests.flatMap((manifest) => {
    const wanted = Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies });
    const ranges = wanted.filter(([name, range]) => ours.has(name) && range !== version);
    return [
      ...(manifest.version === version ? [] : [`${manifest.name} is ${manifest.version}, not ${version}`]),
      ...ranges.map(([name, range]) => `${manifest.name} asks for ${name} ${range}, not ${version}`),
    ];
  });
}
