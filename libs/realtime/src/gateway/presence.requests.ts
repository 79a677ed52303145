// Who is in a channel? rt:members, for clients that are subscribed to it.
import { Injectable } from '@nestjs/common';
import type { LiveConnection } from '../connections/live.connection.js';
import { RefusalLog } from '../guards/refusal.log.js';
import { PresenceChannels } from '../presence/presence.channels.js';
import { RealtimeException } from '../realtime.exception.js';
import type { PendingRequest } from './pending-request.js';
import { parseChannel } from './request-frames.js';

@Injectable()
export class PresenceRequests {
  constructor(
    private readonly refusals: RefusalLog,
    private readonly channels: PresenceChannels,
  ) {}

  members(connection: LiveConnection, frame: unknown, pending: PendingRequest): void {
    const channel = parseChannel(frame)?.channel;
    const refuse = (refusal: RealtimeException): void => {
      this.refusals.record(refusal, { gate: 'message', connection, channel });
      pending.refuse(refusal);
    };
    if (channel === undefined) return refuse(new RealtimeException('BAD_REQUEST'));
    connection.lanes.run(channel, () => {
      const match = connection.subscriptions.get(channel);
      if (match === undefined) {
        return refuse(new RealtimeException('NOT_SUBSCRIBED', { reason: 'not subscribed to the channel' }));
      }
      if (match.registered.presence === null) {
        return refuse(new RealtimeException('BAD_REQUEST', { reason: 'the channel has no presence' }));
      }
      const present = this.channels.get(channel);
      if (present === undefined || !present.notices.has(connection)) {
        return refuse(new RealtimeException('FORBIDDEN', { reason: 'the client may not know the members' }));
      }
      pending.answer({ ok: true, members: present.members.members });
    });
  }
}
