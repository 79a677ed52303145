// Which traffic is the dashboard's own? The dashboard never counts itself.
import type { RealtimeConnection, RealtimeHookEvents } from 'nestjs-realtime';
import { DASHBOARD_PREFIX } from './wire/dashboard.channel.js';
import { PAGE_MARK } from './wire/page-mark.js';

export function isOwnChannel(name: string): boolean {
  return name.startsWith(DASHBOARD_PREFIX);
}

/**
 * Refusals of users without the role are shown, because operators want to see intruders. That of an anonymous client is how the page learns
 * that it needs a token: each admin with a token would top the stream with it.
 */
export function isOwnRefusal(role: string, { gate, connection, name }: Refused): boolean {
  if (gate === 'connect') return connection !== null && isPageWithoutCredentials(connection);
  return name !== null && isOwnChannel(name) && (connection?.user?.roles.includes(role) ?? true);
}

type Refused = Pick<RealtimeHookEvents['refused'], 'gate' | 'connection' | 'name'>;

/** Anyone can send the mark, so it hides nothing of a client that brings credentials. */
function isPageWithoutCredentials({ user, handshake: { auth, cookies, headers } }: RealtimeConnection): boolean {
  const isMarked = auth.realtimeDashboard === PAGE_MARK.realtimeDashboard && Object.keys(auth).length === 1;
  return isMarked && user === null && Object.keys(cookies).length === 0 && headers.authorization === undefined;
}
