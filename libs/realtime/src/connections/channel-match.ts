// Which channel does a concrete name belong to? Decided once, at gate 2 or gate 4, and carried from there.
import type { RealtimeChannelDescriptor } from '@nestjs-realtime/contract';

/** A registered channel and the params of one concrete name of it. */
export interface ChannelMatch {
  readonly descriptor: RealtimeChannelDescriptor;
  readonly params: Readonly<Record<string, string>>;
}
