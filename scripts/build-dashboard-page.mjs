// How does the dashboard's page get into its package? One script, one stylesheet, each with all it imports; the server fills in index.html.
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const from = `${root}libs/dashboard/page`;
const to = `${root}libs/dashboard/dist/page`;

await rm(to, { recursive: true, force: true });
await mkdir(to, { recursive: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: [`${from}/page.tsx`, `${from}/page.css`],
  outdir: to,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  metafile: true,
  // Without path aliases: the page uses the built client, as an application that installed it would.
  tsconfig: `${root}tsconfig.build.json`,
});
for (const file of ['index.html', 'icon.svg']) await copyFile(`${from}/${file}`, `${to}/${file}`);

// Bundled packages come with their licences.
const bundled = new Set(
  Object.keys(metafile.inputs).flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.slice(1) ?? []),
);
const licences = await Promise.all(
  [...bundled].sort().map(async (name) => {
    const folder = `${root}node_modules/${name}`;
    const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each));
    if (file === undefined)
      throw new Error(`${name} is bundled, but its package has no licence file; replace it, or add its licence here.`);
    return `${name}\n\n${await readFile(`${folder}/${file}`, 'utf8')}`;
  }),
);
await writeFile(`${to}/licences.txt`, licences.join('\n---\n\n'));
