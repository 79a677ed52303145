// Which registered channel does a concrete name belong to? Decided once, at gate 2 or gate 4, and passed on from there.
import type { ChannelAddress } from '@nestjs-realtime/contract';
import type { RegisteredChannel } from './registered-channel.js';

/** One concrete channel and its registration. All connections that are subscribed to the channel may share it. */
export interface ChannelMatch extends ChannelAddress {
  readonly registered: RegisteredChannel;
}
