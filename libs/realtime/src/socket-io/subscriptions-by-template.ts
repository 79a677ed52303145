// How many subscriptions has each channel? By name template, never by concrete names.
import type { Socket } from 'socket.io';
import type { SocketData } from './socket-io.connection.js';

export function subscriptionsByTemplate(sockets: readonly Socket[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const socket of sockets) {
    for (const { descriptor } of (socket.data as SocketData).connection.subscriptions.values()) {
      counts.set(descriptor.name, (counts.get(descriptor.name) ?? 0) + 1);
    }
  }
  return counts;
}
