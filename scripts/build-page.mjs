// How does the demo's page get to dist/page? One bundle of page.ts, one of styles.css, each with its imports; other files are copied.
import { copyFile, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const from = `${root}src/page`;
const to = `${root}dist/page`;

await mkdir(to, { recursive: true });
await build({
  entryPoints: [`${from}/page.ts`, `${from}/styles.css`],
  outdir: to,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  sourcemap: true,
  // Without path aliases: the page uses the built client, as an application that installed it would.
  tsconfig: `${root}tsconfig.build.json`,
});
for (const file of ['index.html', 'icon.svg']) await copyFile(`${from}/${file}`, `${to}/${file}`);
