// Which states of channels are shared now? One for each channel, from its call until a second after its answer.
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Position } from '@nestjs-realtime/contract';
import { ChannelLogs } from '../broker/channel.logs.js';
import { PlainInterest } from '../broker/plain.interest.js';
import { RoomRecordings } from '../broker/room.recordings.js';
import { absentSource } from '../channels/snapshot-source.js';
import type { ChannelMatch } from '../connections/channel-match.js';
import type { LoggedEvent } from '../connections/encoded-event.js';
import { RealtimeOptions } from '../realtime.options.js';
import type { Entrance } from './entrance.js';
import { SharedSnapshot } from './shared-snapshot.js';
import { SnapshotEntrance } from './snapshot-entrance.js';
import { logPlace, roomPlace, type SnapshotPlace } from './snapshot-place.js';

@Injectable()
export class ChannelSnapshots implements OnApplicationShutdown {
  private readonly newest = new Map<string, SharedSnapshot>();

  constructor(
    private readonly logs: ChannelLogs,
    private readonly rooms: RoomRecordings,
    private readonly interest: PlainInterest,
    private readonly options: RealtimeOptions,
  ) {}

  /** One connection that enters a channel with a snapshot, and where it stood when it was a member last. */
  enter(match: ChannelMatch, recover: Position | undefined): Entrance {
    const { logs, rooms, interest } = this;
    const { recoverBytes } = this.options;
    const hasLog = match.registered.log !== null;
    const place = hasLog ? logPlace(match, logs, recoverBytes) : roomPlace(match, rooms, interest, recoverBytes);
    const recovery = hasLog && recover !== undefined ? logs.enter(match, recover) : null;
    return new SnapshotEntrance(recovery, recover !== undefined, place, (from) => this.share(match, from));
  }

  onApplicationShutdown(): void {
    for (const shared of this.newest.values()) shared.expire();
    this.newest.clear();
  }

  /** Asks for the state unless an answer is shared. In this tick the place is ready. */
  private share(match: ChannelMatch, place: SnapshotPlace): SharedSnapshot {
    const { name } = match;
    const known = this.newest.get(name);
    if (known?.isCurrent === true) return known;
    known?.expire();
    const shared = new SharedSnapshot(
      place.record(),
      () => supply(match),
      this.options.requestTimeout,
      () => this.newest.get(name) === shared && this.newest.delete(name),
    );
    this.newest.set(name, shared);
    return shared;
  }
}

function supply({ registered, address }: ChannelMatch): Promise<LoggedEvent> {
  const { descriptor, place, snapshot } = registered;
  return (snapshot!.source ?? absentSource(descriptor, place)).supply(address);
}
