// Is this tarball fit for npm? Everything that can be seen without installing it; the smoke test and the release ask the same.
import { attwFaults, publintFaults } from './public-tools.mjs';
import {
  contentFaults,
  doorTypesFaults,
  licenceFaults,
  linkFaults,
  metadataFaults,
  sideEffectsFaults,
} from './publishable.mjs';
import { sizeFaults } from './size.mjs';
import { sourceMapFaults } from './source-maps.mjs';

const CHECKS = [
  ['holds what its package.json names, and no tests or build notes', contentFaults],
  ['holds the licence', licenceFaults],
  ['says where it comes from and what it runs on', metadataFaults],
  ['says whether a bundler may drop its files', sideEffectsFaults],
  ['has types behind each door for old resolvers too', doorTypesFaults],
  ['has a README whose links work on npm', linkFaults],
  ['has source maps that lead to their sources', sourceMapFaults],
  ['is no larger than it has to be', sizeFaults],
  ['passes publint', publintFaults],
  ['passes "Are the types wrong?"', attwFaults],
];

/** Each check has a title, and a function that returns what is wrong. `root` is the repository. */
export function checksOf(tarball, root) {
  return CHECKS.map(([title, faultsOf]) => ({
    title: `${tarball.manifest.name}: ${title}`,
    faults: () => faultsOf(tarball, root),
  }));
}
