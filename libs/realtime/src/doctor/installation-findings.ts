// Does the application run a Socket.IO that the library is tested with?
import { isTooOld, OLDEST_SOCKET_IO, servingCopy } from '../socket-io/installed-copies.js';
import type { RealtimeFinding } from './finding.js';

/** `root`: a folder of the application, from where its packages are found. */
export function installationFindings(root: string): RealtimeFinding[] {
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
