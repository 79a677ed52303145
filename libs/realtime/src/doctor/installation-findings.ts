// Does the application run packages that fit together, and a Socket.IO that the library is tested with?
import { isTooOld, nestVersion, OLDEST_SOCKET_IO, servingCopy } from '../socket-io/installed-copies.js';
import type { RealtimeFinding } from './finding.js';

/** Peers, of which pnpm installs the newest version where the application names none. */
const OF_NEST = ['@nestjs/websockets', '@nestjs/platform-socket.io'];

/** `root`: a folder of the application, from where its packages are found. */
export function installationFindings(root: string): RealtimeFinding[] {
  return [...foreignNestFindings(root), ...oldSocketIoFindings(root)];
}

function foreignNestFindings(root: string): RealtimeFinding[] {
  const core = nestVersion(root, '@nestjs/core');
  if (core === null) return [];
  return OF_NEST.flatMap((name) => {
    const version = nestVersion(root, name);
    if (version === null || majorOf(version) === majorOf(core)) return [];
    return {
      code: 'FOREIGN_NEST',
      severity: 'warning',
      message: `${name} ${version} belongs to Nest ${majorOf(version)}, and the application runs Nest ${core}.`,
      fix: `Install ${OF_NEST.map((each) => `${each}@${majorOf(core)}`).join(' and ')}.`,
    };
  });
}

function majorOf(version: string): string {
  return version.split('.')[0];
}

function oldSocketIoFindings(root: string): RealtimeFinding[] {
  const copy = servingCopy(root);
  if (copy === null || !isTooOld(copy.version)) return [];
  return [
    {
      code: 'OLD_SOCKET_IO',
      severity: 'warning',
      message: `Nest loads socket.io ${copy.version} in ${copy.folder}, which is older than ${OLDEST_SOCKET_IO}: nestjs-realtime is not tested with it.`,
      fix: 'Update @nestjs/platform-socket.io, which brings its own socket.io, and remove socket.io from overrides or resolutions of the package.json.',
    },
  ];
}
