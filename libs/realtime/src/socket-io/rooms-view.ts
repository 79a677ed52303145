// How do a channel's members look to whoever asks Socket.IO? As the room `ch:<name>`, though Socket.IO keeps no such room (ADR-016, decision 3).
import type { Namespace } from 'socket.io';
import { type Room, ROOM_PREFIX, type Rooms } from './rooms.js';
import type { SocketData } from './socket-io.connection.js';

/** Rooms as Socket.IO's adapter looks for them by name. What others join under such a name is their own affair and no channel. */
class RoomsView extends Map<string, Set<string>> {
  constructor(private readonly rooms: Rooms) {
    super();
  }

  override has(name: string): boolean {
    return super.has(name) || this.channel(name) !== undefined;
  }

  override get(name: string): Set<string> | undefined {
    const room = this.channel(name);
    if (room === undefined) return super.get(name);
    return new Set([...room.members].map(({ connection }) => connection.id).concat([...(super.get(name) ?? [])]));
  }

  private channel(name: string): Room | undefined {
    return name.startsWith(ROOM_PREFIX) ? this.rooms.get(name.slice(ROOM_PREFIX.length)) : undefined;
  }
}

/** Lets `io.in('ch:orders.42')` find members, and `socket.rooms` hold its channels. */
export function showRooms({ adapter, sockets }: Namespace, rooms: Rooms): void {
  const shown = adapter as unknown as { rooms: Map<string, Set<string>> };
  shown.rooms = new RoomsView(rooms);
  const ownRooms = adapter.socketRooms.bind(adapter);
  adapter.socketRooms = (id) => {
    const own = ownRooms(id);
    const data = sockets.get(id)?.data as Partial<SocketData> | undefined;
    const channels = data?.connection?.subscriptions.keys() ?? [];
    return own && new Set([...own, ...channels.map((channel) => ROOM_PREFIX + channel)]);
  };
}
