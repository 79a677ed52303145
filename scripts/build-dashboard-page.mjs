// How does the dashboard's page get into its package? One script, one stylesheet, each with all it imports; the server fills in index.html.
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const from = `${root}libs/dashboard/page`;
const to = `${root}libs/dashboard/dist/page`;

await rm(to, { recursive: true, force: true });
await mkdir(to, { recursive: true });
await build({
  entryPoints: [`${from}/page.tsx`, `${from}/page.css`],
  outdir: to,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  // Comments of licences stay in the files that carry the code.
  legalComments: 'inline',
  // Without path aliases: the page uses the built client, as an application that installed it would.
  tsconfig: `${root}tsconfig.build.json`,
});
for (const file of ['index.html', 'icon.svg']) await copyFile(`${from}/${file}`, `${to}/${file}`);
