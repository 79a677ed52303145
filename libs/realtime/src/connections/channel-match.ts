// Which registered channel does a concrete name belong to? Decided once, at gate 2 or gate 4, and passed on from there.
import type { ChannelAddress } from '@nestjs-realtime/contract';
import type { RegisteredChannel } from './registered-channel.js';

/** One concrete channel and its registration. All connections that are subscribed to the channel may share it. */
export interface ChannelMatch extends ChannelAddress {
  readonly registered: RegisteredChannel;
  /** The channel as applications see it. */
  readonly address: ChannelAddress;
}

/** A match of a registered channel. */
export function matchOf(
  registered: RegisteredChannel,
  name: string,
  params: Readonly<Record<string, string>>,
): ChannelMatch {
  const { descriptor } = registered;
  const address = { descriptor, name, params };
  return { registered, descriptor, name, params, address };
}
