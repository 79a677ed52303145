// What can the release script be tried on? A repository of its own, with small packages that are right, or wrong in one way each.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

export const REPOSITORY = 'https://github.com/nestjs-realtime/nestjs-realtime';
const SOURCE = "export function answer(): number {\n  throw new Error('There is none.');\n}\n";

type Manifest = Record<string, unknown>;
/** Files by path; null takes one away. */
type Files = Record<string, string | null>;

export interface PackageChange {
  readonly manifest?: (manifest: Manifest) => Manifest;
  readonly files?: (files: Files) => Files;
}

/** Answers `npm view` and takes `npm publish`; everything else is npm's. */
const NPM = `#!/usr/bin/env node
const { appendFileSync, copyFileSync } = require('node:fs');
const { spawnSync } = require('node:child_process');
const { basename, join } = require('node:path');
const args = process.argv.slice(2);
const { KEPT, ON_NPM, PATH, STAND_IN } = process.env;
if (args[0] === 'publish') {
  copyFileSync(args[1], join(KEPT, basename(args[1])));
  appendFileSync(join(KEPT, 'published'), JSON.stringify([basename(args[1]), ...args.slice(2)]) + '\\n');
} else if (args[0] === 'view') {
  if (ON_NPM === args[1]) console.log(args[1].slice(args[1].lastIndexOf('@') + 1));
} else {
  const env = { ...process.env, PATH: PATH.slice(STAND_IN.length + 1) };
  process.exit(spawnSync('npm', args, { stdio: 'inherit', env }).status);
}
`;

function compiled(): Files {
  const { outputText, sourceMapText } = ts.transpileModule(SOURCE, {
    fileName: '../src/index.ts',
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, sourceMap: true },
  });
  const map = { ...(JSON.parse(sourceMapText!) as object), sources: ['../src/index.ts'] };
  return {
    'dist/index.js': outputText.replace(/(?<=sourceMappingURL=).*/, 'index.js.map'),
    'dist/index.js.map': JSON.stringify(map),
    'dist/index.d.ts': 'export declare function answer(): number;\n',
    'src/index.ts': SOURCE,
  };
}

function manifestOf(name: string, version: string): Manifest {
  const directory = `libs/${name}`;
  return {
    name: `@sample/${name}`,
    version,
    description: 'A sample.',
    keywords: ['one', 'two', 'three'],
    homepage: `${REPOSITORY}/tree/main/${directory}#readme`,
    bugs: { url: `${REPOSITORY}/issues` },
    repository: { type: 'git', url: `git+${REPOSITORY}.git`, directory },
    author: 'nestjs-realtime contributors',
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    main: './dist/index.js',
    types: './dist/index.d.ts',
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    files: ['dist', 'src'],
    engines: { node: '>=20.19.0' },
    publishConfig: { access: 'public' },
  };
}

export class ReleasedWorkspace {
  readonly root = mkdtempSync(join(tmpdir(), 'released-workspace-'));
  private readonly kept = `${this.root}-kept`;
  private readonly standIn = `${this.root}-bin`;
  private readonly names: string[] = [];

  constructor(private readonly version: string) {
    mkdirSync(this.kept);
    mkdirSync(this.standIn);
    writeFileSync(join(this.standIn, 'npm'), NPM);
    chmodSync(join(this.standIn, 'npm'), 0o755);
    this.write('LICENSE', 'MIT\n');
    this.write('manual/page.md', '# A page\n\n## A heading\n');
    this.write('CHANGELOG.md', `# Changelog\n\n## Unreleased\n\n## ${version} - 2026-01-31\n\n- A change.\n`);
  }

  /** What the scripts of the root do; by default they pass. */
  writeRoot(scripts: Record<string, string> = {}): void {
    const all = { 'build:libs': 'exit 0', smoke: 'exit 0', ...scripts };
    const workspaces = this.names.map((name) => `libs/${name}`);
    const manifest = { name: 'sample', private: true, version: this.version, workspaces, scripts: all };
    this.write('package.json', JSON.stringify(manifest));
  }

  addPackage(name: string, { manifest = (same) => same, files = (same) => same }: PackageChange = {}): void {
    this.names.push(name);
    const all = files({
      ...compiled(),
      LICENSE: 'MIT\n',
      'README.md': '# Sample\n\nThe [page](../../manual/page.md#a-heading); `[code](../../manual/page.md)`.\n',
      'package.json': JSON.stringify(manifest(manifestOf(name, this.version))),
    });
    for (const [path, text] of Object.entries(all)) if (text !== null) this.write(`libs/${name}/${path}`, text);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  commit(...tags: string[]): void {
    this.git('init', '--quiet');
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', 'chore: release');
    for (const tag of tags) this.git('tag', tag);
  }

  /** `onNpm` is the one version that the registry holds. */
  release(args: string[], onNpm = ''): { status: number | null; output: string; published: string[][] } {
    const PATH = `${this.standIn}:${process.env.PATH}`;
    const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('scripts/release/run.mjs'), ...args], {
      cwd: this.root,
      encoding: 'utf8',
      env: { ...process.env, PATH, KEPT: this.kept, ON_NPM: onNpm, STAND_IN: this.standIn },
    });
    return { status, output: stdout + stderr, published: this.published() };
  }

  /** A file of a tarball that was published. */
  publishedFile(tarball: string, path: string): string {
    return this.run('tar', '-xzOf', join(this.kept, tarball), `package/${path}`);
  }

  remove(): void {
    for (const folder of [this.root, this.kept, this.standIn]) rmSync(folder, { recursive: true, force: true });
  }

  private published(): string[][] {
    const book = join(this.kept, 'published');
    if (!existsSync(book)) return [];
    const lines = readFileSync(book, 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line) as string[]);
  }

  /** As on a machine where Git is not set up, whatever this one has. */
  private git(...args: string[]): void {
    const settings = ['user.name=a', 'user.email=a@b.c', 'commit.gpgSign=false', 'tag.gpgSign=false'];
    this.run('git', ...settings.flatMap((setting) => ['-c', setting]), ...args);
  }

  private run(command: string, ...args: string[]): string {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: this.root, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stderr}`);
    return stdout;
  }
}
