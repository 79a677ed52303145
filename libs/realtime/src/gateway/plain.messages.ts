// How does a client that knows nothing of the protocol send a message? As a Socket.IO event of the message's own name.
import { Injectable } from '@nestjs/common';
import { HandlerRegistry } from '../channels/handler.registry.js';
import type { LiveConnection } from '../connections/live.connection.js';
import type { RegisteredChannel } from '../connections/registered-channel.js';
import { RefusalLog } from '../guards/refusal.log.js';
import { RealtimeException } from '../realtime.exception.js';
import { MessageRequests } from './message.requests.js';
import type { PendingRequest } from './pending-request.js';

/** Serves the messages of channels that are declared with `wire: 'plain'`. The gates hold as for every other message. */
@Injectable()
export class PlainMessages {
  constructor(
    private readonly registry: HandlerRegistry,
    private readonly messages: MessageRequests,
    private readonly refusals: RefusalLog,
  ) {}

  /** The channel that takes a Socket.IO event of this name as a message. */
  channelOf(event: string): RegisteredChannel | undefined {
    return this.registry.plainChannel(event);
  }

  /** The event names no concrete channel, so the connection must be subscribed to one of that declaration, and to no other. */
  message(
    connection: LiveConnection,
    { registered, message }: { readonly registered: RegisteredChannel; readonly message: string },
    payload: unknown,
    pending: PendingRequest,
  ): void {
    const [channel, ...others] = channelsOf(connection, registered);
    if (channel !== undefined && others.length === 0) {
      return this.messages.accept(connection, { channel, message, payload }, pending);
    }
    const refusal =
      channel === undefined
        ? new RealtimeException('NOT_SUBSCRIBED')
        : new RealtimeException('BAD_REQUEST', { reason: 'subscribed to several channels that take this event' });
    this.refusals.record(refusal, { gate: 'message', connection, message });
    pending.refuse(refusal);
  }
}

/**
 * Concrete channels of a declaration that a connection is subscribed to, or that gate 2 is still judging: its message waits for that,
 * because such a client sends as soon as it has connected.
 */
function channelsOf({ subscriptions, pendingChannels }: LiveConnection, { descriptor }: RegisteredChannel): string[] {
  const { template } = descriptor;
  const names = [...subscriptions.keys(), ...pendingChannels.names()];
  return names.filter((name) => template.matches(name));
}
