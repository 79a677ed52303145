// Which traffic is the dashboard's own? The dashboard never counts itself.
import type { RealtimeConnection } from 'nestjs-realtime';
import { DASHBOARD_PREFIX } from './wire/dashboard.channel.js';

export function isOwnChannel(channel: string): boolean {
  return channel.startsWith(DASHBOARD_PREFIX);
}

/** Whether a connection only watches the dashboard: it is subscribed to the dashboard's channels and to no others. */
export function isOwnConnection(connection: RealtimeConnection): boolean {
  const { channels } = connection;
  if (channels.size === 0) return false;
  for (const channel of channels.keys()) if (!isOwnChannel(channel)) return false;
  return true;
}

/** Refusals of users without the role do not count as own traffic: they are shown, because operators want to see intruders. */
export function isOwnRefusal(role: string, connection: RealtimeConnection | null, channel: string | null): boolean {
  return channel !== null && isOwnChannel(channel) && (connection?.user?.roles.includes(role) ?? false);
}
