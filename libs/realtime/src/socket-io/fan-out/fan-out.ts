// How does one event reach all members of a channel? The frames of one turn of the event loop leave together, one write per member.
import type { Socket as NetSocket } from 'node:net';
import { Logger } from '@nestjs/common';
import type { Socket as EngineSocket } from 'engine.io';
import type { Namespace, Socket } from 'socket.io';
import type { EncodedEvent } from '../../connections/encoded-event.js';
import { Backlogs } from '../backlogs.js';
import { eventPacket } from '../prepared-packet.js';
import { ROOM_PREFIX } from '../room.js';
import type { SocketData, SocketIOConnection } from '../socket-io.connection.js';
import { Batch, type TurnFrame } from './batch.js';
import { batchesIn, batchOf, MergedBatches } from './batches.js';
import { plainSocketOf, shapeFault } from './plain-socket.js';
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
  /** This turn's broadcasts by channel, in the order of their first. */
  private batches = new Map<string, Batch>();
  /** Broadcasts to channels that gather for longer. */
  private readonly windows = new Map<string, Batch>();
  private order = 0;
  private scheduled = false;
  private readonly corked: NetSocket[] = [];
  /** Members of channels that were broadcast to, until somebody joins or leaves. */
  private readonly members = new Map<string, readonly SocketIOConnection[]>();
  private readonly backlogs: Backlogs;

  constructor(
    private readonly namespace: Namespace,
    public mode: FanOutMode,
    queuedBytes: number,
    private readonly overflow: Overflow,
  ) {
    this.backlogs = new Backlogs(queuedBytes);
    const forget = (room: string): void => void this.members.delete(room);
    namespace.adapter.on('join-room', forget);
    namespace.adapter.on('leave-room', forget);
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
    const room = ROOM_PREFIX + event.channel;
    const members = this.namespace.adapter.rooms.get(room)?.size ?? 0;
    if (members === 0) return 0;
    const packet = eventPacket(event);
    const frame: TurnFrame = {
      order: this.order++,
      channel: event.channel,
      event: event.event,
      packet,
      frame: textFrame(ENGINE_MESSAGE + packet),
    };
    if (this.mode === 'stock') {
      for (const member of this.membersOf(room)) this.writeSlowly(member, frame);
      return members;
    }
    if (event.flushEveryMs !== undefined) {
      this.gather(room, frame, event.flushEveryMs, event.conflate);
      return members;
    }
    const batch = batchOf(this.batches, room);
    if (event.conflate) batch.dropEvent(frame.event);
    batch.add(frame);
    if (batch.bytes >= FLUSH_AT_BYTES) this.flush();
    else this.schedule();
    return members;
  }

  /** Opens a channel's window with the first event in it. */
  private gather(room: string, frame: TurnFrame, milliseconds: number, conflate = false): void {
    const isNew = !this.windows.has(room);
    const batch = batchOf(this.windows, room);
    if (conflate) batch.dropEvent(frame.event);
    batch.add(frame);
    if (batch.bytes >= FLUSH_AT_BYTES) this.closeWindow(batch);
    else if (isNew) setTimeout(() => this.closeWindow(batch), milliseconds).unref();
  }

  private closeWindow(batch: Batch): void {
    if (this.windows.get(batch.room) !== batch) return;
    this.windows.delete(batch.room);
    this.flushOne(batch);
  }

  /** Sends a reply to one client, after what this turn holds for him. */
  answer(member: SocketIOConnection, packet: string): void {
    this.settle(member);
    const network = this.mode === 'fast' ? plainSocketOf(member.client.conn) : null;
    if (network !== null) network.write(textFrame(ENGINE_MESSAGE + packet));
    else this.queue(member, packet, {});
  }

  /** Sends a member what this turn holds for him, because something else is about to follow, or he to join or leave. */
  settle(member: SocketIOConnection): void {
    if (this.batches.size === 0 && this.windows.size === 0) return;
    const frames = this.framesFor(member);
    member.settledAt = this.order;
    if (frames.length === 0) return;
    // What follows in this turn shares the write.
    const network = plainSocketOf(member.client.conn);
    if (network !== null) {
      network.cork();
      this.corked.push(network);
      this.schedule();
    }
    this.write(member, frames.length === 1 ? frames[0].frame : Buffer.concat(frames.map(({ frame }) => frame)), frames);
  }

  /** Ends the turn for everybody. */
  flush = (): void => {
    const { batches } = this;
    this.batches = new Map();
    if (batches.size === 1) for (const batch of batches.values()) this.flushOne(batch);
    else this.flushMany([...batches.values()]);
    for (const network of this.corked) network.uncork();
    this.corked.length = 0;
  };

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.flush();
    });
  }

  private flushOne(batch: Batch): void {
    for (const member of this.membersOf(batch.room)) this.writeBatch(member, batch);
  }

  /** Members of one channel share its buffer; members of the same several channels share a buffer of their own. */
  private flushMany(batches: readonly Batch[]): void {
    const touched: SocketIOConnection[] = [];
    for (const batch of batches) {
      for (const member of this.membersOf(batch.room)) {
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

  private writeBatch(member: SocketIOConnection, batch: Batch): void {
    const index = batch.indexFrom(member.settledAt);
    if (index < batch.frames.length) this.write(member, batch.bufferFrom(index), batch.frames, index);
  }

  private write(member: SocketIOConnection, buffer: Buffer, frames: readonly TurnFrame[], from = 0): void {
    const network = plainSocketOf(member.client.conn);
    if (network === null) {
      for (let i = from; i < frames.length; i++) this.writeSlowly(member, frames[i]);
    } else if (this.backlogs.hasRoomOn(network, buffer.length)) {
      network.write(buffer);
    } else {
      for (let i = from; i < frames.length; i++) this.overflow(member.client, frames[i].channel);
    }
  }

  /** The ordinary path: Engine.IO queues the frame behind whatever it has. */
  private writeSlowly(member: SocketIOConnection, { channel, packet, frame }: TurnFrame): void {
    const socket = member.client;
    if (this.backlogs.hasRoom(socket.conn, frame.length)) this.queue(member, packet, { wsPreEncodedFrame: [frame] });
    else this.overflow(socket, channel);
  }

  private queue(member: SocketIOConnection, packet: string, encoded: Pick<WriteOptions, 'wsPreEncodedFrame'>): void {
    const writer = member.client.client as unknown as Writer;
    writer.writeToEngine([packet], { preEncoded: true, volatile: false, compress: false, ...encoded });
  }

  /** What waits for a member, in order. */
  private framesFor(member: SocketIOConnection): TurnFrame[] {
    const rooms = this.namespace.adapter.sids.get(member.id);
    if (rooms === undefined) return [];
    const own = [...batchesIn(this.batches, rooms), ...batchesIn(this.windows, rooms)];
    const frames = own.flatMap((batch) => batch.frames.slice(batch.indexFrom(member.settledAt)));
    return own.length > 1 ? frames.sort((a, b) => a.order - b.order) : frames;
  }

  private membersOf(room: string): readonly SocketIOConnection[] {
    let members = this.members.get(room);
    if (members === undefined) {
      const { adapter, sockets } = this.namespace;
      members = [...(adapter.rooms.get(room) ?? [])].flatMap((id) => {
        const socket = sockets.get(id);
        return socket === undefined ? [] : [(socket.data as SocketData).connection];
      });
      this.members.set(room, members);
    }
    return members;
  }
}
