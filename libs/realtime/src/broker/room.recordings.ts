// What is broadcast on a channel without history while its state is being asked for? Recorded for as long, and for no other channel.
import { Injectable } from '@nestjs/common';
import type { ChannelMatch } from '../connections/channel-match.js';
import type { EncodedEvent, ReplayedEvent } from '../connections/encoded-event.js';
import type { RegisteredChannel } from '../connections/registered-channel.js';
import { LogRecorder } from './log-recorder.js';

interface Room {
  readonly registered: RegisteredChannel;
  readonly recorders: Set<LogRecorder<ReplayedEvent>>;
}

@Injectable()
export class RoomRecordings {
  private readonly rooms = new Map<string, Room>();

  /** Channels that are recorded. */
  get size(): number {
    return this.rooms.size;
  }

  /** The registration of a channel that is recorded, which may have no members yet. */
  registeredOf(channel: string): RegisteredChannel | undefined {
    return this.rooms.get(channel)?.registered;
  }

  /** Records what is broadcast on the channel from now on, up to `mostBytes`. */
  record({ name, registered }: ChannelMatch, mostBytes: number): LogRecorder<ReplayedEvent> {
    const room = this.rooms.get(name) ?? { registered, recorders: new Set() };
    this.rooms.set(name, room);
    const recorder: LogRecorder<ReplayedEvent> = new LogRecorder(mostBytes, () => {
      if (room.recorders.delete(recorder) && room.recorders.size === 0) this.rooms.delete(name);
    });
    room.recorders.add(recorder);
    return recorder;
  }

  /** Call it in the tick in which an event was delivered. What is for one party, and a whisper, is for present members alone. */
  add({ channels, event, json, except, to, isDroppable }: EncodedEvent): void {
    if (this.rooms.size === 0 || to !== undefined || isDroppable === true) return;
    for (const channel of channels) {
      const room = this.rooms.get(channel);
      if (room === undefined) continue;
      const recorded = { event: { event, json, ...(except && { except }) } };
      for (const recorder of room.recorders) recorder.add(recorded);
    }
  }
}
