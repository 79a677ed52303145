// Which channels does a feature register without handlers? `RealtimeModule.forFeature` stores them here for the explorer.
import type { RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import { copyFault, copyOf, sharedByCopies } from '../package-copy.js';

/** The explorer finds it by type among the application's providers, and reports its faults together with all others. */
export class FeatureChannels {
  constructor(readonly descriptors: readonly RealtimeChannelDescriptor[]) {}
}

sharedByCopies(FeatureChannels, 'feature-channels');

/** What is wrong where another copy made them. */
export function featureFault(channels: FeatureChannels): string | null {
  return copyFault(copyOf('feature-channels', channels));
}
