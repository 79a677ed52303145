// Is what is installed what runs?
import { installedCopies } from '../socket-io/installed-copies.js';
import type { RealtimeFinding } from './finding.js';

/** `root`: a folder of the application, from where its packages are found. */
export function installationFindings(root: string): RealtimeFinding[] {
  const copies = installedCopies(root);
  if (copies.length < 2) return [];
  return [
    {
      code: 'SEVERAL_SOCKET_IO',
      severity: 'warning',
      message: `There is more than one copy of socket.io: ${copies.map(({ version, folder }) => `${version} in ${folder}`).join(', ')}. Nest loads its own, whatever the application asks for.`,
      cure: 'In the package.json of the application: "overrides": { "socket.io": "$socket.io" }; then install again.',
    },
  ];
}
