// What is the dashboard's own doing? It never counts itself.
import type { RealtimeConnection } from 'nestjs-realtime';
import { DASHBOARD_PREFIX } from './wire/dashboard.channel.js';

export function isOwnChannel(channel: string): boolean {
  return channel.startsWith(DASHBOARD_PREFIX);
}

/** Whether a connection is there for the dashboard only: it is on its channels, and on no other. */
export function isOwnConnection({ subscriptions }: RealtimeConnection): boolean {
  if (subscriptions.size === 0) return false;
  for (const channel of subscriptions.keys()) if (!isOwnChannel(channel)) return false;
  return true;
}

/** What a stranger tries on the dashboard's channels is no traffic of the dashboard: somebody wants to know of it. */
export function isOwnRefusal(role: string, connection: RealtimeConnection | null, channel: string | null): boolean {
  return channel !== null && isOwnChannel(channel) && (connection?.user?.roles.includes(role) ?? false);
}
