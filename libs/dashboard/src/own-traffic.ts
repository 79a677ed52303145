// Which traffic is the dashboard's own? The dashboard never counts itself.
import type { RealtimeConnection } from 'nestjs-realtime';
import { DASHBOARD_PREFIX } from './wire/dashboard.channel.js';

export function isOwnChannel(name: string): boolean {
  return name.startsWith(DASHBOARD_PREFIX);
}

/** Refusals of users without the role do not count as own traffic: they are shown, because operators want to see intruders. */
export function isOwnRefusal(role: string, connection: RealtimeConnection | null, name: string | null): boolean {
  return name !== null && isOwnChannel(name) && (connection?.user?.roles.includes(role) ?? false);
}
