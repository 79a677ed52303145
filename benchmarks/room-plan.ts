// Which connection is in which room, and which room does a broadcast go to? The same on both sides of the wire, and for every peer.

/** A number of rooms, spread over a number of connections. */
export interface RoomPlan {
  readonly rooms: number;
  readonly connections: number;
}

/** The rooms of one broadcast to many channels. Every connection is in at least one, and most are in several. */
export const LISTED: RoomPlan = { rooms: 1_000, connections: 1_000 };

/** First segment of a room's name. */
export const ROOM = 'room';
/** Members of the largest room; the smallest has one. */
const LARGEST = 5;
/** Primes far from each other, so that neither rooms in a row nor broadcasts in a row meet the same connections. */
const ROOM_STRIDE = 7_919;
const MEMBER_STRIDE = 389;
const SEQ_STRIDE = 4_799;

export function roomName(room: number): string {
  return `${ROOM}.${room}`;
}

/** Numbers of the connections in a room, 1 to 5 of them. */
export function membersOf(room: number, { connections }: RoomPlan): number[] {
  const size = 1 + (room % LARGEST);
  return Array.from({ length: size }, (_, i) => (room * ROOM_STRIDE + i * MEMBER_STRIDE) % connections);
}

/** The room that the broadcast of this sequence number goes to. */
export function roomOf(seq: number, { rooms }: RoomPlan): number {
  return (seq * SEQ_STRIDE) % rooms;
}

/** Rooms of every connection, for those from `from` to before `to`. */
export function roomsByConnection(plan: RoomPlan, from: number, to: number): number[][] {
  const rooms: number[][] = Array.from({ length: plan.connections }, () => []);
  for (let room = from; room < to; room++) for (const member of membersOf(room, plan)) rooms[member].push(room);
  return rooms;
}
