// Do two pages on one origin exchange notes through a server on another? Arguments: a folder with `server` and `page`, both built, and their origins.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';

const [shop, server, origin] = process.argv.slice(2);
const workspace = join(import.meta.dirname, '../..');
const running = [];

/** Resolves once the program has said that it serves. */
function serve(cwd, args, env, line) {
  const child = spawn(process.execPath, args, { cwd, env: { ...process.env, NO_COLOR: '1', ...env } });
  running.push(child);
  return new Promise((resolve, reject) => {
    let said = '';
    const listen = (chunk) => {
      said += chunk;
      if (line.test(said)) resolve(said);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('exit', () => reject(new Error(`${args.join(' ')} has ended\n${said}`)));
  });
}

/** The tests in TypeScript know where Chromium is. */
async function chromium() {
  const outfile = join(workspace, 'dist/launch-chromium.mjs');
  const entryPoints = [join(workspace, 'test/chromium/launch-chromium.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' });
  const { launchChromium } = await import(outfile);
  return launchChromium();
}

async function open(browser, faults) {
  const page = await browser.newPage();
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.goto(origin);
  await page.getByText('Order 42: connected').waitFor();
  return page;
}

const vite = ['node_modules/vite/bin/vite.js', 'preview', '--strictPort', '--port', new URL(origin).port];
const browser = await chromium();
try {
  await Promise.all([
    serve(join(shop, 'server'), ['dist/main.js'], { PORT: new URL(server).port }, /successfully started/),
    serve(join(shop, 'page'), vite, {}, /Local:/),
  ]);
  const faults = [];
  const [one, other] = [await open(browser, faults), await open(browser, faults)];
  await one.getByLabel('Note').fill('Ring twice.');
  await one.getByRole('button').click();
  for (const page of [one, other]) await page.getByRole('listitem').getByText('Ring twice.').waitFor();
  if (faults.length > 0) throw new Error(faults.join('\n'));
} finally {
  await browser.close();
  for (const child of running) {
    child.removeAllListeners('exit');
    child.kill();
  }
}
