// Which traffic is the dashboard's own? The dashboard never counts itself.
import type { RealtimeConnection } from 'nestjs-realtime';
import { DASHBOARD_PREFIX } from './wire/dashboard.channel.js';

export function isOwnChannel(name: string): boolean {
  return name.startsWith(DASHBOARD_PREFIX);
}

/**
 * Refusals of users without the role are shown, because operators want to see intruders. That of an anonymous client is how the page learns
 * that it needs a token: each admin with a token would top the stream with it.
 */
export function isOwnRefusal(role: string, connection: RealtimeConnection | null, name: string | null): boolean {
  return name !== null && isOwnChannel(name) && (connection?.user?.roles.includes(role) ?? true);
}
