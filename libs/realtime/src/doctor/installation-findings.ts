// Does the application run the packages it installed?
import { type InstalledCopy, installedCopies, isTooOld, OLDEST_SOCKET_IO } from '../socket-io/installed-copies.js';
import type { RealtimeFinding } from './finding.js';

/** `root`: a folder of the application, from where its packages are found. */
export function installationFindings(root: string): RealtimeFinding[] {
  const copies = installedCopies(root);
  return [...severalCopies(copies), ...copies.filter(isOld).map(oldCopy)];
}

function severalCopies(copies: readonly InstalledCopy[]): RealtimeFinding[] {
  if (copies.length < 2) return [];
  return [
    {
      code: 'SEVERAL_SOCKET_IO',
      severity: 'warning',
      message: `There is more than one copy of socket.io: ${copies.map(({ version, folder }) => `${version} in ${folder}`).join(', ')}. Nest loads its own, whatever the application asks for.`,
      fix: 'In the package.json of the application: "overrides": { "socket.io": "$socket.io" }; then install again.',
    },
  ];
}

function isOld({ version, loadedByNest }: InstalledCopy): boolean {
  return loadedByNest && isTooOld(version);
}

function oldCopy({ version, folder }: InstalledCopy): RealtimeFinding {
  return {
    code: 'OLD_SOCKET_IO',
    severity: 'warning',
    message: `Nest loads socket.io ${version} in ${folder}, which has faults that are fixed in ${OLDEST_SOCKET_IO}: it keeps memory for every ack that times out.`,
    fix: `In the package.json of the application: "dependencies": { "socket.io": "^${OLDEST_SOCKET_IO}" } and "overrides": { "socket.io": "$socket.io" }; then install again.`,
  };
}
