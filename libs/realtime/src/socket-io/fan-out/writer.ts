// How is a frame written to one member? To its network socket at once, or into Engine.IO's buffer; never past the limit of what may wait.
import type { Socket as EngineSocket } from 'engine.io';
import type { EncodedEvent } from '../../connections/encoded-event.js';
import type { WriteOptions } from '../internals.js';
import type { Backlogs } from './backlogs.js';
import type { Audience } from './audience.js';
import { type Part, partOf, type TurnFrame } from './batch.js';
import type { Outlet } from './outlet.js';
import type { SlowClients } from './slow-clients.js';
import { eventPacket } from './prepared-packet.js';
import { textFrame } from './text-frame.js';

/** Is notified of a client for which nothing more may wait, of the channel whose event was left out, and whether it was meant to be dropped first. */
export type Overflow = (conn: EngineSocket, channel: string, isDroppable: boolean) => void;

/** Engine.IO's packet type of a message. */
const ENGINE_MESSAGE = '4';
const PLAIN: WriteOptions = { compress: false };

/** An event as it goes to every member of one channel: encoded here, once. */
export function turnFrame(order: number, channel: string, event: EncodedEvent, audience: Audience | null): TurnFrame {
  const packet = eventPacket(channel, event);
  const frame = textFrame(ENGINE_MESSAGE + packet);
  return { order, channel, event: event.event, packet, frame, audience, isDroppable: event.isDroppable === true };
}

export class Writer {
  constructor(
    private readonly backlogs: Backlogs,
    private readonly slow: SlowClients,
    private readonly overflow: Overflow,
  ) {}

  /** Writes the frames from `from` on, which `buffer` holds, to the network socket; one by one to Engine.IO where there is none. */
  write(member: Outlet, buffer: Buffer, frames: readonly TurnFrame[], from = 0): void {
    const network = member.network;
    if (network === null) {
      for (let i = from; i < frames.length; i++) this.queueEvent(member, frames[i]);
    } else if (
      this.backlogs.hasRoomOn(network, buffer.length) ||
      this.slow.mayWait(member.conn, buffer.length, frames[from].channel)
    ) {
      network.write(buffer);
    } else {
      for (let i = from; i < frames.length; i++) this.overflow(member.conn, frames[i].channel, frames[i].isDroppable);
    }
  }

  /** What is left of a part for a client that reads slowly, without the frames that are dropped first. */
  withoutDroppable(member: Outlet, part: Part): Part {
    if (!part.frames.some(({ isDroppable }) => isDroppable) || !this.backlogs.isSlow(member.conn)) return part;
    for (const { isDroppable, channel } of part.frames) if (isDroppable) this.overflow(member.conn, channel, true);
    return partOf(part.frames.filter(({ isDroppable }) => !isDroppable));
  }

  /** Writes a packet of one client to the network socket, where there is one. */
  send(member: Outlet, packet: string): void {
    const network = member.network;
    if (network !== null) network.write(textFrame(ENGINE_MESSAGE + packet));
    else this.queue(member, packet);
  }

  /** Engine.IO queues the event behind whatever it has. */
  queueEvent({ conn }: Outlet, { channel, packet, frame, isDroppable }: TurnFrame): void {
    const mayWait = isDroppable
      ? !this.backlogs.isSlow(conn)
      : this.backlogs.hasRoom(conn, frame.length) || this.slow.mayWait(conn, frame.length, channel);
    if (!mayWait) return this.overflow(conn, channel, isDroppable);
    conn.write(packet, { compress: false, wsPreEncodedFrame: [frame] } as WriteOptions);
  }

  /** Engine.IO queues the packet behind whatever it has. */
  queue({ conn }: Outlet, packet: string): void {
    conn.write(packet, PLAIN);
  }
}
