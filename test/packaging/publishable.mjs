// May these packages go to npm? Licence, metadata, links that work there, and one version for all; each function returns what is wrong.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { linksOf, REPOSITORY } from '../../scripts/release/readme-links.mjs';
import { doorsOf } from '../../scripts/release/tarballs.mjs';

const CODE_BLOCK = /^( *)(```|~~~)[\s\S]*?^\1\2/gm;
const LEFTOVER = /\.(spec|test-d|e2e-spec)\.|\.tsbuildinfo$|(^|\/)(tsconfig\b|test\/|node_modules\/)/;

export function licenceFaults({ unpacked }, root) {
  const copy = join(unpacked, 'LICENSE');
  if (!existsSync(copy)) return ['holds no LICENSE'];
  const same = readFileSync(copy).equals(readFileSync(join(root, 'LICENSE')));
  return same ? [] : ['LICENSE differs from the LICENSE at the root of the repository: copy that file here'];
}

/** npm shows these fields, and its provenance compares `repository` with the run that publishes. */
export function metadataFaults({ manifest, directory }) {
  const demanded = {
    license: 'MIT',
    author: 'nestjs-realtime contributors',
    homepage: `${REPOSITORY}/tree/main/${directory}#readme`,
    bugs: { url: `${REPOSITORY}/issues` },
    repository: { type: 'git', url: `git+${REPOSITORY}.git`, directory },
    engines: { node: '>=20.19.0' },
    publishConfig: { access: 'public' },
  };
  const faults = Object.entries(demanded)
    .filter(([key, value]) => JSON.stringify(manifest[key]) !== JSON.stringify(value))
    .map(([key, value]) => `package.json: "${key}" must be ${JSON.stringify(value)}`);
  if (!manifest.description) faults.push('package.json: "description" is missing');
  if (!(manifest.keywords?.length >= 3)) faults.push('package.json: "keywords" must name at least three');
  return faults;
}

/** `false` lets a bundler drop files that nothing is imported from. It is wrong where a file loads what acts, such as reflect-metadata. */
export function sideEffectsFaults({ manifest, files, unpacked }) {
  const acting = files.find(
    (file) => /\.[cm]?js$/.test(file) && /^import ['"]/m.test(readFileSync(join(unpacked, file), 'utf8')),
  );
  if (manifest.sideEffects === (acting !== undefined)) return [];
  const why = acting
    ? `${acting} imports something for what it does alone`
    : 'no file imports anything for what it does alone';
  return [`package.json: "sideEffects" must be ${acting !== undefined}, because ${why}`];
}

/** TypeScript with `moduleResolution: node10` does not read `exports`; it finds a door's types by `typesVersions`. */
export function doorTypesFaults({ manifest }) {
  const doors = doorsOf(manifest).filter(([door]) => door !== '.');
  const demanded = Object.fromEntries(doors.map(([door, { types }]) => [door.slice('./'.length), [types]]));
  const same = JSON.stringify(manifest.typesVersions ?? { '*': {} }) === JSON.stringify({ '*': demanded });
  return same ? [] : [`package.json: "typesVersions" must be ${JSON.stringify({ '*': demanded })}`];
}

export function contentFaults({ manifest, files }) {
  const bins = typeof manifest.bin === 'string' ? [manifest.bin] : Object.values(manifest.bin ?? {});
  const named = [...Object.values(manifest.exports ?? {}), ...bins, manifest.main, manifest.types, manifest.schematics];
  const paths = named.flatMap((target) => (typeof target === 'object' ? Object.values(target) : (target ?? [])));
  const missing = paths.map((path) => path.replace(/^\.\//, '')).filter((path) => !files.includes(path));
  return [
    ...missing.map((path) => `package.json names ${path}, and the tarball does not hold it`),
    ...files.filter((file) => LEFTOVER.test(file)).map((file) => `holds ${file}, which no application needs`),
  ];
}

/** On npm a README stands alone: a link leads to a heading of its own, or to an address that holds. */
export function linkFaults({ manifest, unpacked }, root) {
  const readme = readFileSync(join(unpacked, 'README.md'), 'utf8');
  return linksOf(readme).flatMap((link) => linkFault(link, { root, readme, version: manifest.version }) ?? []);
}

function linkFault(link, { root, readme, version }) {
  if (link.startsWith('#')) return hasHeading(readme, link.slice(1)) ? null : `README.md: no heading for ${link}`;
  const released = new RegExp(`^${REPOSITORY}/(?:blob|tree|raw)/([^/]+)/([^#]+)#?(.*)$`).exec(link);
  if (released) return repositoryFault(link, released, { root, version });
  if (/^(https:|mailto:)/.test(link)) return null;
  return `README.md: ${link} is dead on npm, because the repository does not hold it`;
}

function repositoryFault(link, [, revision, path, anchor], { root, version }) {
  if (revision !== `v${version}`) return `README.md: ${link} leads to another version; write a relative link`;
  const file = join(root, path);
  if (!existsSync(file)) return `README.md: ${link} names a file that the repository does not hold`;
  if (!anchor || hasHeading(readFileSync(file, 'utf8'), anchor)) return null;
  return `README.md: ${link} names a heading that ${path} does not have`;
}

/** By the slugs that GitHub makes. */
function hasHeading(markdown, slug) {
  return [...markdown.replace(CODE_BLOCK, '').matchAll(/^#{1,6} +(.+?) *$/gm)].some(
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
