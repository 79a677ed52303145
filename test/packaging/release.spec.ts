// Does the release publish what was checked, in order, and refuse everything else?
import { afterEach, describe, expect, it } from '@jest/globals';
import { type PackageChange, ReleasedWorkspace, REPOSITORY } from './released-workspace.js';

const VERSION = '1.2.3';
const workspaces: ReleasedWorkspace[] = [];

function workspace(version = VERSION): ReleasedWorkspace {
  const made = new ReleasedWorkspace(version);
  workspaces.push(made);
  return made;
}

/** Two packages; the one that comes first by its name needs the other. */
function goodWorkspace(version = VERSION): ReleasedWorkspace {
  const made = workspace(version);
  const dependencies = { '@sample/base': version };
  made.addPackage('addition', { manifest: (manifest) => ({ ...manifest, peerDependencies: dependencies }) });
  made.addPackage('base');
  made.writeRoot();
  return made;
}

afterEach(() => {
  for (const made of workspaces.splice(0)) made.remove();
});

const without = (keys: string[]) => (manifest: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(manifest).filter(([key]) => !keys.includes(key)));

const withExports = (target: object): PackageChange => ({
  manifest: (manifest) => ({ ...manifest, exports: { '.': target } }),
});

const withFiles = (changed: Record<string, string | null>): PackageChange => ({
  files: (files) => ({ ...files, ...changed }),
});

const README = `[a](../../manual/gone.md) [b](../../manual/page.md#gone) [c](#gone) [d](${REPOSITORY}/blob/main/manual/page.md)\n`;
const FIELDS = ['homepage', 'bugs', 'repository', 'license', 'engines', 'publishConfig', 'sideEffects'];
const heavy = Array.from({ length: 40_000 }, () => Math.random()).join();

/** One package for faults that are seen apart, so that the tools look at few. */
const MISTAKES: [name: string, change: PackageChange, ...faults: RegExp[]][] = [
  [
    'missing-door',
    withExports({ types: './dist/index.d.ts', default: './dist/missing.js' }),
    /names dist\/missing\.js, and the tarball does not hold it/,
    /publint ended with 1/,
  ],
  ['late-types', withExports({ default: './dist/index.js', types: './dist/index.d.ts' }), /publint ended with 1/],
  [
    'wrong-types',
    withFiles({ 'dist/index.d.ts': "export { answer } from './answer';\n" }),
    /attw ended with 1[\s\S]*Internal resolution error/i,
  ],
  [
    'second-door',
    {
      manifest: (manifest) => ({
        ...manifest,
        exports: { './door': { types: './dist/index.d.ts', default: './dist/index.js' } },
      }),
    },
    /"typesVersions" must be \{"\*":\{"door":\["\.\/dist\/index\.d\.ts"\]\}\}/,
  ],
  ['undescribed', { manifest: without(FIELDS) }, ...FIELDS.map((field) => new RegExp(`"${field}" must be`))],
  [
    'dead-links',
    withFiles({ 'README.md': README }),
    /gone\.md is dead on npm/,
    /names a heading that manual\/page\.md does not have/,
    /no heading for #gone/,
    /blob\/main\/manual\/page\.md leads to another version/,
  ],
  [
    'lost-sources',
    { manifest: (manifest) => ({ ...manifest, files: ['dist'] }) },
    /index\.js\.map leads to \.\.\/src\/index\.ts, which the tarball does not hold/,
  ],
  ['shifted-map', withFiles({ 'src/index.ts': '// Other lines.\n' }), /to a line of \S+ that throws nothing/],
  [
    'untidy',
    withFiles({
      LICENSE: 'All rights reserved.\n',
      'dist/index.js.map': null,
      'dist/index.spec.js': "import 'reflect-metadata';\n",
      'dist/heavy.txt': heavy,
    }),
    /LICENSE differs/,
    /names a source map that the tarball does not hold/,
    /holds dist\/index\.spec\.js, which no application needs/,
    /"sideEffects" must be true/,
    /kB packed, and test\/packaging\/size\.mjs allows 100 kB/,
  ],
  ['older', { manifest: (manifest) => ({ ...manifest, version: '1.2.2' }) }, /@sample\/older is 1\.2\.2, not 1\.2\.3/],
];

describe('npm run release -- --dry-run', () => {
  it('tells every fault of every package, and goes on after each', () => {
    const made = workspace();
    for (const [name, change] of MISTAKES) made.addPackage(name, change);
    made.writeRoot({ 'build:libs': 'exit 3', smoke: 'exit 4' });
    made.commit();
    const { status, output, published } = made.release(['--dry-run']);

    const reportOf = (name: string): string =>
      output
        .split(/^(?=FAIL |ok {3})/m)
        .filter((report) => report.startsWith('FAIL') && report.includes(name))
        .join('');
    const unseen = MISTAKES.flatMap(([name, , ...faults]) =>
      faults.filter((fault) => !fault.test(reportOf(`@sample/${name}`))).map((fault) => `${name}: ${fault}`),
    );
    expect(unseen).toEqual([]);
    expect(output).toContain('npm run build:libs ended with 3');
    expect(output).toMatch(/npm run smoke -- --tarballs \S+ ended with 4/);
    expect([status, published]).toEqual([1, []]);
  });

  it('passes what is right, tells its files, and publishes nothing', () => {
    const made = goodWorkspace();
    made.commit();
    const { status, output, published } = made.release(['--dry-run']);
    expect(output).not.toContain('FAIL');
    expect(output).toMatch(
      /@sample\/base@1\.2\.3 as "latest": 7 files, 1 kB\n {2}LICENSE\n {2}README\.md\n {2}dist\/index/,
    );
    expect(output.indexOf('@sample/base@1.2.3 as')).toBeLessThan(output.indexOf('@sample/addition@1.2.3 as'));
    expect(output).toContain('This was a dry run; nothing was published.');
    expect([status, published]).toEqual([0, []]);
  });
});

describe('npm run release', () => {
  it('publishes the tarballs with provenance, each after those that it needs', () => {
    const made = goodWorkspace();
    made.commit(`v${VERSION}`);
    const { status, published } = made.release([]);
    const how = ['--access', 'public', '--tag', 'latest', '--provenance'];
    expect(published).toEqual([
      ['sample-base-1.2.3.tgz', ...how],
      ['sample-addition-1.2.3.tgz', ...how],
    ]);
    expect(status).toBe(0);
    expect(made.publishedFile('sample-base-1.2.3.tgz', 'README.md')).toBe(
      `# Sample\n\nThe [page](${REPOSITORY}/blob/v1.2.3/manual/page.md#a-heading); \`[code](../../manual/page.md)\`.\n`,
    );
  });

  it('leaves out what npm holds, and gives a suffix the tag next', () => {
    const made = goodWorkspace('2.0.0-beta.1');
    made.commit('v2.0.0-beta.1');
    const { published } = made.release(['--without-provenance'], '@sample/base@2.0.0-beta.1');
    expect(published).toEqual([['sample-addition-2.0.0-beta.1.tgz', '--access', 'public', '--tag', 'next']]);
  });

  it('publishes nothing where one package is refused', () => {
    const made = goodWorkspace();
    made.addPackage('broken', withExports({ types: './dist/index.d.ts', default: './dist/missing.js' }));
    made.writeRoot();
    made.commit(`v${VERSION}`);
    const { status, published } = made.release([]);
    expect([status, published]).toEqual([1, []]);
  });

  it.each<[string, (made: ReleasedWorkspace) => void, string]>([
    ['has changes that are not committed', (made) => made.write('manual/more.md', ''), '?? manual/more.md'],
    ['has no tag', () => undefined, 'Tag the merged commit: git tag --sign v1.2.3'],
  ])('stops before the build where the commit %s', (_title, change, fault) => {
    const made = goodWorkspace();
    made.commit();
    change(made);
    const { status, output, published } = made.release([]);
    expect(output).toContain(fault);
    expect(output).not.toContain('packages build');
    expect([status, published]).toEqual([1, []]);
  });

  it.each([
    ['does not name the version', '## Unreleased\n\n- A change.\n', 'Rename "## Unreleased"'],
    ['has an empty section', `## Unreleased\n\n## ${VERSION} - 2026-01-31\n`, 'The section of 1.2.3 is empty'],
    [
      'keeps lines back',
      `## Unreleased\n\n- More.\n\n## ${VERSION} - 2026-01-31\n\n- A.\n`,
      '"Unreleased" is not empty',
    ],
  ])('stops before the build where the changelog %s', (_title, changelog, fault) => {
    const made = goodWorkspace();
    made.write('CHANGELOG.md', changelog);
    made.commit(`v${VERSION}`);
    const { status, output } = made.release([]);
    expect(output).toContain(fault);
    expect(output).not.toContain('packages build');
    expect(status).toBe(1);
  });

  it('refuses an option that it does not have', () => {
    const { status, output } = goodWorkspace().release(['--dryrun']);
    expect(output).toContain('Usage: npm run release -- [--dry-run] [--without-provenance]');
    expect(status).toBe(2);
  });
});
