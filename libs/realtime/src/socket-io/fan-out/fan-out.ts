// How does one event reach all members of a channel? The frames of one turn of the event loop leave together, one write per member.
import type { Socket as NetSocket } from 'node:net';
import { Logger } from '@nestjs/common';
import type { Socket as EngineSocket } from 'engine.io';
import type { Socket } from 'socket.io';
import type { EncodedEvent } from '../../connections/encoded-event.js';
import { Backlogs } from '../backlogs.js';
import { eventPacket } from '../prepared-packet.js';
import type { Room, Rooms } from '../rooms.js';
import { Batch, type TurnFrame } from './batch.js';
import { MergedBatches } from './batches.js';
import { type Outlet, shapeFault } from './outlet.js';
import { textFrame } from './text-frame.js';

/** `fast` writes joined frames straight to network sockets; `stock` gives every frame to Engine.IO, as Socket.IO itself does. */
export type FanOutMode = 'fast' | 'stock';

/** Hears of a member for whom nothing more may wait, and of the channel that would have sent to him. */
export type Overflow = (socket: Socket, channel: string) => void;

interface WriteOptions {
  readonly preEncoded: true;
  readonly volatile: false;
  readonly compress: false;
  /** Only events carry a frame made beforehand. */
  readonly wsPreEncodedFrame?: readonly Buffer[];
}

/** The parts of Socket.IO's client that its own adapter uses to broadcast. */
interface Writer {
  writeToEngine(packets: readonly string[], options: WriteOptions): void;
}

/** Engine.IO's packet type of a message. */
const ENGINE_MESSAGE = '4';
/** Bytes of one channel after which a turn does not wait for its end. */
const FLUSH_AT_BYTES = 65_536;

/**
 * Fan-out of one node.
 *
 * Order: each member gets the frames of a turn in the order of the broadcasts, and before whatever else is sent to him after them:
 * `settle` must be called before anything else goes to a member, and before he joins or leaves. A member gets the broadcasts made
 * while he was one, to the frame.
 */
export class FanOut {
  private readonly logger = new Logger('Realtime');
  /** Rooms that were broadcast to in this turn, in the order of their first broadcast. */
  private pending: Room[] = [];
  /** Broadcasts to channels that gather for longer. */
  private readonly windows = new Map<Room, Batch>();
  private order = 0;
  private scheduled = false;
  private readonly corked: NetSocket[] = [];
  private readonly backlogs: Backlogs;

  constructor(
    private readonly rooms: Rooms,
    public mode: FanOutMode,
    queuedBytes: number,
    private readonly overflow: Overflow,
  ) {
    this.backlogs = new Backlogs(queuedBytes);
  }

  /** Checks the private shape that the fast path stands on, on the first WebSocket there is; falls back by itself. */
  inspect(conn: EngineSocket): void {
    if (this.mode === 'stock' || conn.transport.name !== 'websocket') return;
    const fault = shapeFault(conn);
    if (fault === null) return;
    this.mode = 'stock';
    this.logger.warn(
      `Fan-out uses the stock path, which costs more: ${fault}. Check the versions of socket.io and ws.`,
    );
  }

  /** @returns the number of members. */
  broadcast(event: EncodedEvent): number {
    const room = this.rooms.get(event.channel);
    if (room === undefined) return 0;
    const packet = eventPacket(event);
    const frame: TurnFrame = {
      order: this.order++,
      channel: event.channel,
      event: event.event,
      packet,
      frame: textFrame(ENGINE_MESSAGE + packet),
    };
    if (this.mode === 'stock') for (const member of room.members) this.writeSlowly(member, frame);
    else if (event.flushEveryMs !== undefined) this.gather(room, frame, event.flushEveryMs, event.conflate);
    else this.append(room, frame, event.conflate);
    return room.size;
  }

  private append(room: Room, frame: TurnFrame, conflate = false): void {
    let { batch } = room;
    if (batch === null) {
      batch = room.batch = new Batch(room.name, frame);
      this.pending.push(room);
    } else {
      batch.add(frame, conflate);
    }
    if (batch.bytes >= FLUSH_AT_BYTES) this.flush();
    else this.schedule();
  }

  /** Opens a channel's window with the first event in it. */
  private gather(room: Room, frame: TurnFrame, milliseconds: number, conflate = false): void {
    let batch = this.windows.get(room);
    if (batch === undefined) {
      const opened = (batch = new Batch(room.name, frame));
      this.windows.set(room, opened);
      setTimeout(() => this.closeWindow(room, opened), milliseconds).unref();
    } else {
      batch.add(frame, conflate);
    }
    if (batch.bytes >= FLUSH_AT_BYTES) this.closeWindow(room, batch);
  }

  private closeWindow(room: Room, batch: Batch): void {
    if (this.windows.get(room) !== batch) return;
    this.windows.delete(room);
    this.flushOne(room, batch);
  }

  /** Sends a packet to one client, after what this turn holds for him. */
  send(member: Outlet, packet: string): void {
    this.settle(member);
    const network = this.mode === 'fast' ? member.network : null;
    if (network !== null) network.write(textFrame(ENGINE_MESSAGE + packet));
    else this.queue(member, packet, {});
  }

  /** Sends a member what this turn holds for him, because something else is about to follow, or he to join or leave. */
  settle(member: Outlet): void {
    if (this.pending.length === 0 && this.windows.size === 0) return;
    if (member.connection.isDeparting) return;
    const frames = this.framesFor(member);
    member.settledAt = this.order;
    if (frames.length === 0) return;
    this.gatherWrites(member.network);
    this.write(member, frames.length === 1 ? frames[0].frame : Buffer.concat(frames.map(({ frame }) => frame)), frames);
  }

  /** What anybody writes to a network socket in the rest of this turn leaves at its end, together. */
  gatherWrites(network: NetSocket | null): void {
    if (network === null || this.mode === 'stock') return;
    network.cork();
    this.corked.push(network);
    this.schedule();
  }

  /** Ends the turn for everybody. */
  flush = (): void => {
    const { pending } = this;
    this.pending = [];
    if (pending.length === 1) this.flushOne(pending[0], takeBatch(pending[0]));
    else this.flushMany(pending);
    for (const network of this.corked) network.uncork();
    this.corked.length = 0;
  };

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(this.endTurn);
  }

  private readonly endTurn = (): void => {
    this.scheduled = false;
    this.flush();
  };

  private flushOne(room: Room, batch: Batch): void {
    for (const member of room.members) this.writeBatch(member, batch);
  }

  /** Members of one channel share its buffer; members of the same several channels share a buffer of their own. */
  private flushMany(rooms: readonly Room[]): void {
    const touched: Outlet[] = [];
    for (const room of rooms) {
      const batch = takeBatch(room);
      for (const member of room.members) {
        if (member.batches === null) {
          member.batches = batch;
          touched.push(member);
        } else if (member.batches instanceof Batch) {
          member.batches = [member.batches, batch];
        } else {
          member.batches.push(batch);
        }
      }
    }
    const merged = new MergedBatches();
    for (const member of touched) {
      const own = member.batches!;
      member.batches = null;
      this.writeBatch(member, own instanceof Batch ? own : merged.of(own));
    }
  }

  private writeBatch(member: Outlet, batch: Batch): void {
    const index = batch.indexFrom(member.settledAt);
    if (index < batch.frames.length) this.write(member, batch.bufferFrom(index), batch.frames, index);
  }

  private write(member: Outlet, buffer: Buffer, frames: readonly TurnFrame[], from = 0): void {
    const network = member.network;
    if (network === null) {
      for (let i = from; i < frames.length; i++) this.writeSlowly(member, frames[i]);
    } else if (this.backlogs.hasRoomOn(network, buffer.length)) {
      network.write(buffer);
    } else {
      for (let i = from; i < frames.length; i++) this.overflow(member.connection.client, frames[i].channel);
    }
  }

  /** The ordinary path: Engine.IO queues the frame behind whatever it has. */
  private writeSlowly(member: Outlet, { channel, packet, frame }: TurnFrame): void {
    const socket = member.connection.client;
    if (this.backlogs.hasRoom(socket.conn, frame.length)) this.queue(member, packet, { wsPreEncodedFrame: [frame] });
    else this.overflow(socket, channel);
  }

  private queue(member: Outlet, packet: string, encoded: Pick<WriteOptions, 'wsPreEncodedFrame'>): void {
    const writer = member.connection.client.client as unknown as Writer;
    writer.writeToEngine([packet], { preEncoded: true, volatile: false, compress: false, ...encoded });
  }

  /** What waits for a member, in order. */
  private framesFor(member: Outlet): TurnFrame[] {
    const own: Batch[] = [];
    for (const joined of member.connection.subscriptions.values()) {
      const room = joined as Room;
      if (room.batch) own.push(room.batch);
      const window = this.windows.size > 0 && this.windows.get(room);
      if (window) own.push(window);
    }
    const frames = own.flatMap((batch) => batch.frames.slice(batch.indexFrom(member.settledAt)));
    return own.length > 1 ? frames.sort((a, b) => a.order - b.order) : frames;
  }
}

function takeBatch(room: Room): Batch {
  const batch = room.batch!;
  room.batch = null;
  return batch;
}
