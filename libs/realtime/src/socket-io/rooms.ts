// Who is in which channel on this node? One object for each channel with members, shared by them all.
import type { RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import type { ChannelMatch } from '../connections/channel-match.js';
import type { RegisteredChannel } from '../connections/registered-channel.js';
import type { Batch } from './fan-out/batch.js';
import type { Outlet } from './fan-out/outlet.js';

/** What the rooms of channels begin with, to whoever asks Socket.IO; a socket's own room does not (ADR-016, decision 3). */
export const ROOM_PREFIX = 'ch:';

/** Members up to this many are kept in an array of just their number, more in a set. */
const FEW = 16;
const NOBODY: readonly Outlet[] = [];

/** The members of one concrete channel. */
export class Room implements ChannelMatch {
  readonly registered: RegisteredChannel;
  readonly descriptor: RealtimeChannelDescriptor;
  readonly name: string;
  readonly params: Readonly<Record<string, string>>;
  private list: readonly Outlet[] | Set<Outlet> = NOBODY;
  /** What has been broadcast to it in this turn of the event loop. */
  batch: Batch | null = null;

  constructor({ registered, descriptor, name, params }: ChannelMatch) {
    this.registered = registered;
    this.descriptor = descriptor;
    this.name = name;
    this.params = params;
  }

  /** Safe to walk over while members leave. */
  get members(): Iterable<Outlet> {
    return this.list;
  }

  get size(): number {
    return this.list instanceof Set ? this.list.size : this.list.length;
  }

  add(member: Outlet): void {
    if (this.list instanceof Set) this.list.add(member);
    else if (this.list.length < FEW) this.list = this.list.concat([member]);
    else this.list = new Set([...this.list, member]);
  }

  delete(member: Outlet): void {
    if (this.list instanceof Set) this.list.delete(member);
    else if (this.list.includes(member)) this.list = this.list.filter((other) => other !== member);
  }
}

/** The rooms that have members. */
export class Rooms {
  private readonly byName = new Map<string, Room>();

  get size(): number {
    return this.byName.size;
  }

  get(name: string): Room | undefined {
    return this.byName.get(name);
  }

  enter(match: ChannelMatch, member: Outlet): Room {
    let room = this.byName.get(match.name);
    if (room === undefined) {
      room = new Room(match);
      this.byName.set(match.name, room);
    }
    room.add(member);
    return room;
  }

  exit(name: string, member: Outlet): void {
    const room = this.byName.get(name);
    room?.delete(member);
    if (room?.size === 0) this.byName.delete(name);
  }
}
