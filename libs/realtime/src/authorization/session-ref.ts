// What names a session where others can read it? A digest: channel names are logged and shown, and a session id is often the cookie itself.
import { createHash } from 'node:crypto';

/** UTF-8 cannot hold half of a surrogate pair, so ids that differ in nothing else would share one name. */
const LONE_SURROGATE = /\p{Cs}/u;

/**
 * The SHA-256 digest of a session id, in base64url. It names the session without revealing it, and stands in a channel name as it is.
 *
 * @throws TypeError when the id is not a string, is empty, or has a lone surrogate: two sessions could share one name.
 * @example sessionRef('test') // 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg'
 */
export function sessionRef(sessionId: string): string {
  if (typeof sessionId !== 'string' || sessionId === '' || LONE_SURROGATE.test(sessionId)) {
    throw new TypeError('A session id must be a well-formed text that is not empty; pass the sessionId of a user.');
  }
  return createHash('sha256').update(sessionId).digest('base64url');
}
