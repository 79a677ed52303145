// Is this commit what is to be released? Asked before anything is built, so that the answer comes at once.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { versionFaults } from '../../test/packaging/publishable.mjs';
import { packageFolders } from './tarballs.mjs';

const read = (root, folder = '') => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));

/** Each check has a title, and a function that returns what is wrong. A dry run comes before the tag. */
export function preflight(root, { dryRun }) {
  const { version } = read(root);
  const checks = [
    { title: 'the working tree is clean', faults: () => treeFaults(root) },
    { title: 'all packages share one version', faults: () => versionFaults(manifestsOf(root)) },
    { title: `CHANGELOG.md has a section for ${version}`, faults: () => changelogFaults(root, version) },
  ];
  const tag = { title: `the commit has the tag v${version}`, faults: () => tagFaults(root, version) };
  return dryRun ? checks : [...checks, tag];
}

function manifestsOf(root) {
  return [read(root), ...packageFolders(root).map((folder) => read(root, folder))];
}

function treeFaults(root) {
  const changes = git(root, 'status', '--porcelain');
  return changes === '' ? [] : [`Commit or remove these changes; a release is made of one commit:\n${changes}`];
}

/** What is released stands below its version and a date, and nothing is left below "Unreleased". */
function changelogFaults(root, version) {
  const [, ...sections] = readFileSync(join(root, 'CHANGELOG.md'), 'utf8').split(/^## /m);
  const bodyOf = (title) =>
    sections
      .find((section) => title.test(section))
      ?.replace(/^.*\n?/, '')
      .trim();
  const released = bodyOf(new RegExp(`^${version.replaceAll('.', '\\.')} - \\d{4}-\\d{2}-\\d{2}\\n`));
  if (released === undefined) return [`Rename "## Unreleased" to "## ${version} - <year-month-day>".`];
  if (released === '') return [`The section of ${version} is empty; say what changed.`];
  return bodyOf(/^Unreleased/) ? ['"Unreleased" is not empty; move its lines into the section of this version.'] : [];
}

function tagFaults(root, version) {
  const tags = git(root, 'tag', '--points-at', 'HEAD').split('\n');
  return tags.includes(`v${version}`) ? [] : [`Tag the merged commit: git tag --sign v${version}`];
}

function git(root, ...args) {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args.join(' ')} ended with ${status}\n${stderr}`);
  return stdout.trimEnd();
}
