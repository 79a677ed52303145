// How is a frame written to one member? To its network socket at once, or into Engine.IO's buffer; never past the limit of what may wait.
import type { Socket as EngineSocket } from 'engine.io';
import type { EncodedEvent } from '../../connections/encoded-event.js';
import type { WriteOptions } from '../internals.js';
import type { Backlogs } from './backlogs.js';
import type { TurnFrame } from './batch.js';
import type { Outlet } from './outlet.js';
import { eventPacket } from './prepared-packet.js';
import { textFrame } from './text-frame.js';

/** Is notified of a client for which nothing more may wait, and of the channel whose event was left out. */
export type Overflow = (conn: EngineSocket, channel: string) => void;

/** Engine.IO's packet type of a message. */
const ENGINE_MESSAGE = '4';
const PLAIN: WriteOptions = { compress: false };

/** An event as it goes to every member: encoded here, once. */
export function turnFrame(order: number, event: EncodedEvent): TurnFrame {
  const packet = eventPacket(event);
  return { order, channel: event.channels[0], event: event.event, packet, frame: textFrame(ENGINE_MESSAGE + packet) };
}

export class Writer {
  constructor(
    private readonly backlogs: Backlogs,
    private readonly overflow: Overflow,
  ) {}

  /** Writes the frames from `from` on, which `buffer` holds, to the network socket; one by one to Engine.IO where there is none. */
  write(member: Outlet, buffer: Buffer, frames: readonly TurnFrame[], from = 0): void {
    const network = member.network;
    if (network === null) {
      for (let i = from; i < frames.length; i++) this.queueEvent(member, frames[i]);
    } else if (this.backlogs.hasRoomOn(network, buffer.length)) {
      network.write(buffer);
    } else {
      for (let i = from; i < frames.length; i++) this.overflow(member.conn, frames[i].channel);
    }
  }

  /** Writes a packet of one client to the network socket, where there is one. */
  send(member: Outlet, packet: string): void {
    const network = member.network;
    if (network !== null) network.write(textFrame(ENGINE_MESSAGE + packet));
    else this.queue(member, packet);
  }

  /** Engine.IO queues the event behind whatever it has. */
  queueEvent({ conn }: Outlet, { channel, packet, frame }: TurnFrame): void {
    if (!this.backlogs.hasRoom(conn, frame.length)) return this.overflow(conn, channel);
    conn.write(packet, { compress: false, wsPreEncodedFrame: [frame] } as WriteOptions);
  }

  /** Engine.IO queues the packet behind whatever it has. */
  queue({ conn }: Outlet, packet: string): void {
    conn.write(packet, PLAIN);
  }
}
