// In which form does npm get a tarball? Exactly the file that was checked, public, with the provenance of the run that made it.
import { spawnSync } from 'node:child_process';

/** A version with a suffix, such as `0.2.0-beta.1`, must not become what `npm install` takes. */
export function distTagOf({ version }) {
  return version.includes('-') ? 'next' : 'latest';
}

/** A version that npm holds is left out, so that a release that broke between two packages can be run again. */
export function publish({ manifest, file }, { provenance }) {
  const { name, version } = manifest;
  if (isOnNpm(name, version)) {
    console.log(`${name}@${version} is on npm already`);
    return;
  }
  const args = ['publish', file, '--access', 'public', '--tag', distTagOf(manifest)];
  const { status } = spawnSync('npm', provenance ? [...args, '--provenance'] : args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm publish of ${name}@${version} ended with ${status}; run the release again.`);
}

function isOnNpm(name, version) {
  const { stdout } = spawnSync('npm', ['view', `${name}@${version}`, 'version'], { encoding: 'utf8' });
  return stdout.trim() === version;
}
