// How does one event reach all members of a room? Encoded once, its frame built once, and nobody's backlog grows without bound.
import type { Socket as EngineSocket } from 'engine.io';
import type { Server, Socket } from 'socket.io';
import { WebSocket } from 'ws';
import type { EncodedEvent } from '../connections/encoded-event.js';
import { eventPacket } from './prepared-packet.js';
import type { Backlogs } from './backlogs.js';
import { ROOM_PREFIX } from './socket-io.connection.js';

/** Engine.IO's packet type of a message. */
const ENGINE_MESSAGE = '4';

interface WriteOptions {
  readonly preEncoded: true;
  readonly volatile: false;
  readonly compress: false;
  readonly wsPreEncodedFrame: unknown;
}
/** The parts of Socket.IO's client that its own adapter uses to broadcast. */
interface Writer {
  readonly conn: EngineSocket;
  writeToEngine(packets: readonly string[], options: WriteOptions): void;
}
interface FrameSender {
  frame(
    data: Buffer,
    options: { readOnly: boolean; mask: boolean; rsv1: boolean; opcode: number; fin: boolean },
  ): unknown;
}

/** Hears of a member for whom nothing more may wait, and of the channel that would have sent to him. */
export type Overflow = (socket: Socket, channel: string) => void;

/** Writes an event to every member, as Socket.IO's in-memory adapter would; `overflow` hears of members who do not read. */
export function fanOut(io: Server, event: EncodedEvent, backlogs: Backlogs, overflow: Overflow): void {
  const { adapter, sockets } = io.sockets;
  const members = adapter.rooms.get(ROOM_PREFIX + event.channel);
  if (members === undefined) return;
  const packet = eventPacket(event);
  const data = Buffer.from(ENGINE_MESSAGE + packet);
  const options: WriteOptions = {
    preEncoded: true,
    volatile: false,
    compress: false,
    wsPreEncodedFrame: frameOf(data),
  };
  const packets = [packet];
  for (const id of members) {
    const socket = sockets.get(id);
    if (socket === undefined) continue;
    const writer = socket.client as unknown as Writer;
    if (backlogs.hasRoom(writer.conn, data.length)) writer.writeToEngine(packets, options);
    else overflow(socket, event.channel);
  }
}

/** The WebSocket frame that every member's transport sends as it is. */
function frameOf(data: Buffer): unknown {
  return (WebSocket as unknown as { Sender: FrameSender }).Sender.frame(data, {
    readOnly: false,
    mask: false,
    rsv1: false,
    opcode: 1,
    fin: true,
  });
}
