// How does a handler broadcast on its own channel? Through the broadcaster, on behalf of its sender.
import { Injectable } from '@nestjs/common';
import type { ChannelAddress } from '@nestjs-realtime/contract';
import { IRealtimeBroadcaster } from '../broadcast/realtime.broadcaster.js';
import type { HandlerVoice } from '../connections/message-request.js';
import type { Party } from '../connections/party.js';

/** The broadcaster without its types, which the channel of a handler has checked. */
interface UntypedBroadcaster {
  broadcast(target: ChannelAddress, ...rest: readonly unknown[]): Promise<void>;
  send(who: object, target: ChannelAddress, event: string, payload: unknown): Promise<void>;
}

@Injectable()
export class BroadcasterVoice implements HandlerVoice {
  private readonly broadcaster: UntypedBroadcaster;

  constructor(broadcaster: IRealtimeBroadcaster) {
    this.broadcaster = broadcaster as unknown as UntypedBroadcaster;
  }

  /** The sender is the caller, also where the handler calls it from code that does not descend from its own call. */
  broadcast(connectionId: string, channel: ChannelAddress, rest: readonly unknown[]): Promise<void> {
    return this.broadcaster.broadcast(channel, ...(rest.length > 2 ? withSender(rest, { connectionId }) : rest));
  }

  send(connectionId: string, channel: ChannelAddress, event: string, payload: unknown): Promise<void> {
    return this.broadcaster.send({ connectionId }, channel, event, payload);
  }
}

/** The arguments of a broadcast with the sender in place of `'caller'`. */
function withSender([event, payload, options, ...more]: readonly unknown[], sender: Party): readonly unknown[] {
  const { except } = (options ?? {}) as { readonly except?: unknown };
  if (except === undefined) return [event, payload, options, ...more];
  const parties: unknown[] = Array.isArray(except) ? except : [except];
  const named = parties.map((who) => (who === 'caller' ? sender : who));
  return [event, payload, { ...(options as object), except: named }, ...more];
}
