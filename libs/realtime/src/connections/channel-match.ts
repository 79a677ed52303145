// Which registered channel does a concrete name belong to? Decided once, at gate 2 or gate 4, and carried from there.
import type { ChannelAddress } from '@nestjs-realtime/contract';
import type { RegisteredChannel } from './registered-channel.js';

/** One concrete channel, with what the server holds for it. All connections that are admitted to the channel may share it. */
export interface ChannelMatch extends ChannelAddress {
  readonly registered: RegisteredChannel;
}
