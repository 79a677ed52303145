// What is this node called? By its name in the deployment, and by letters that are new at each start.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** A name, `NODE_ID` or the name of the host, and six letters: a process that starts again is another node. */
export function newNodeId(name = process.env.NODE_ID || hostname()): string {
  const letters = Array.from(randomBytes(6), (byte) => LETTERS[byte % LETTERS.length]).join('');
  return `${name.replace(/[^\w.-]/g, '-').slice(0, 64)}-${letters}`;
}
