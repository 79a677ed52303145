// Which entries does a feature bring? What `RealtimeCqrsModule.forFeature` leaves for the bridge.
import { copyFault, copyOf, sharedByCopies } from '../package-copy.js';
import type { BridgeEntry } from './bridge-entry.js';

/** Found by type among the application's providers, so that its faults are reported together with all others. */
export class FeatureEntries {
  constructor(readonly entries: readonly BridgeEntry[]) {}
}

sharedByCopies(FeatureEntries, 'feature-entries');

/** What is wrong where another copy made them. */
export function entriesFault(entries: FeatureEntries): string | null {
  return copyFault(copyOf('feature-entries', entries));
}
