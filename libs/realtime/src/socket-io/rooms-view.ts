// How do a channel's members look to code that asks Socket.IO? As the room `ch:<name>`, though Socket.IO keeps no such room (docs/decisions/0001#decision-3).
import type { Namespace, Socket } from 'socket.io';
import type { MemberChannel, Membership } from '../connections/channel.membership.js';
import type { Outlet } from './fan-out/outlet.js';
import { adapterOf } from './internals.js';
import type { SocketIOConnection } from './socket-io.connection.js';

/** What the names of channels begin with here; a socket's own room has no such prefix (docs/decisions/0001#decision-3). */
const ROOM_PREFIX = 'ch:';

/** Rooms as Socket.IO's adapter looks for them by name. A socket that joins a room of such a name by itself is not subscribed to the channel. */
class RoomsView extends Map<string, Set<string>> {
  constructor(private readonly membership: Membership<Outlet>) {
    super();
  }

  override has(name: string): boolean {
    return super.has(name) || this.channel(name) !== undefined;
  }

  override get(name: string): Set<string> | undefined {
    const room = this.channel(name);
    if (room === undefined) return super.get(name);
    return new Set([...Array.from(room.values(), ({ connection }) => connection.id), ...(super.get(name) ?? [])]);
  }

  private channel(name: string): MemberChannel<Outlet> | undefined {
    return name.startsWith(ROOM_PREFIX) ? this.membership.get(name.slice(ROOM_PREFIX.length)) : undefined;
  }
}

/** Lets `io.in('ch:orders.42')` find members, and `socket.rooms` hold its channels. */
export function showRooms(
  namespace: Namespace,
  membership: Membership<Outlet>,
  connectionOf: (socket: Socket) => SocketIOConnection | null,
): void {
  const { sockets } = namespace;
  const adapter = adapterOf(namespace);
  const ownRooms = adapter.socketRooms.bind(adapter);
  adapter.rooms = new RoomsView(membership);
  adapter.socketRooms = (id) => {
    const own = ownRooms(id);
    const socket = sockets.get(id);
    const channels = (socket && connectionOf(socket))?.subscriptions.keys() ?? [];
    return own && new Set([...own, ...channels.map((channel) => ROOM_PREFIX + channel)]);
  };
}
