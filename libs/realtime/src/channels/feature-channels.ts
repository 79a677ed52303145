// Which channels does a feature register without handlers? What `RealtimeModule.forFeature` leaves for the explorer.
import type { RealtimeChannelDescriptor } from '@nestjs-realtime/contract';

/** Found by type among the application's providers, so that faults in it are told together with all others. */
export class FeatureChannels {
  constructor(readonly descriptors: readonly RealtimeChannelDescriptor[]) {}
}
