// How do all packages get one version? `node scripts/set-version.mjs 1.2.3` writes it wherever one of them names itself or another.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const version = process.argv[2] ?? '';
if (!/^\d+\.\d+\.\d+(-[0-9a-z]+(\.[0-9a-z]+)*)?$/.test(version)) {
  console.error(`"${version}" is no version. Usage: node scripts/set-version.mjs 1.2.3, or 1.2.3-beta.1`);
  process.exit(2);
}

const read = (file) => JSON.parse(readFileSync(root + file, 'utf8'));
const write = (file, content) => writeFileSync(root + file, `${JSON.stringify(content, null, 2)}\n`);

const { workspaces: folders } = read('package.json');
const ours = folders.map((folder) => read(`${folder}/package.json`).name);

function setVersion(manifest) {
  manifest.version = version;
  for (const wanted of [manifest.dependencies, manifest.peerDependencies]) {
    for (const name of ours) if (wanted?.[name] !== undefined) wanted[name] = version;
  }
}

for (const file of ['package.json', ...folders.map((folder) => `${folder}/package.json`)]) {
  const manifest = read(file);
  setVersion(manifest);
  write(file, manifest);
}

const lock = read('package-lock.json');
lock.version = version;
for (const folder of ['', ...folders]) setVersion(lock.packages[folder]);
write('package-lock.json', lock);
