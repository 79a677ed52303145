// How does the lint plugin become one file? ESLint's configuration of this repository loads it from memory; with a path as argument it is written there.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}libs/eslint-plugin`;

/** Writes the bundle, or returns its text where no file is given. */
export async function bundle(outfile) {
  const { version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [`${folder}/src/index.ts`],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    define: { PLUGIN_VERSION: JSON.stringify(version) },
    ...(outfile === undefined ? { write: false } : { outfile, sourcemap: true }),
  });
  return outputFiles?.[0].text;
}

/** The plugin as the sources have it now, whatever was built last. */
export async function loadPlugin() {
  const text = await bundle();
  const { default: plugin } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  return plugin;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle(process.argv[2]);
