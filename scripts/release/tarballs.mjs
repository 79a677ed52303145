// What goes to npm? One tarball for each workspace, packed from a copy of its folder whose README has absolute links.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { withAbsoluteLinks } from './readme-links.mjs';

const read = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** The folders of all packages below `root`. */
export function packageFolders(root) {
  return read(root).workspaces;
}

/** Packs the package in `directory` into the folder `to`. */
export function pack(root, directory, to) {
  const copy = join(to, 'stage', directory);
  cpSync(join(root, directory), copy, { recursive: true, filter: (path) => basename(path) !== 'node_modules' });
  const { version } = read(copy);
  const readme = join(copy, 'README.md');
  writeFileSync(readme, withAbsoluteLinks(readFileSync(readme, 'utf8'), { root, directory, version }));
  runOrThrow(to, 'npm', 'pack', copy, '--ignore-scripts', '--pack-destination', to);
  return open(root, directory, to);
}

/** What is in a tarball that lies in `to`; the manifest is the packed one. */
export function open(root, directory, to) {
  const { name, version } = read(join(root, directory));
  const file = join(to, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
  const target = `${file}.unpacked`;
  mkdirSync(target, { recursive: true });
  runOrThrow(target, 'tar', '-xzf', file);
  const unpacked = join(target, 'package');
  const files = readdirSync(unpacked, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(unpacked.length + 1))
    .sort();
  return { manifest: read(unpacked), directory, file, unpacked, files, bytes: statSync(file).size };
}

/** What an application imports: exports with conditions. Exports that are plain paths are files to read. */
export function doorsOf({ exports = {} }) {
  return Object.entries(exports).filter(([, target]) => typeof target === 'object');
}

/** Each package after those that it depends on, or that it expects beside it. */
export function inDependencyOrder(tarballs) {
  const left = new Map(tarballs.map((tarball) => [tarball.manifest.name, tarball]));
  const ordered = [];
  while (left.size > 0) {
    const next = [...left.values()].find(({ manifest }) => !wantedBy(manifest).some((name) => left.has(name)));
    if (!next) throw new Error(`These packages depend on each other in a circle: ${[...left.keys()].join(', ')}`);
    left.delete(next.manifest.name);
    ordered.push(next);
  }
  return ordered;
}

function wantedBy({ dependencies, peerDependencies }) {
  return Object.keys({ ...dependencies, ...peerDependencies });
}

function runOrThrow(cwd, command, ...args) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (error || status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error ?? status}\n${stdout}\n${stderr}`);
}
