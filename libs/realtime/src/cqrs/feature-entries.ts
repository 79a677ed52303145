// Which entries does a feature bring? What `RealtimeCqrsModule.forFeature` leaves for the bridge.
import type { BridgeEntry } from './bridge-entry.js';

/** Found by type among the application's providers, so that its faults are reported together with all others. */
export class FeatureEntries {
  constructor(readonly entries: readonly BridgeEntry[]) {}
}
