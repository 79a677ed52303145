// How are the batches of several channels told apart and put together?
import { Batch } from './batch.js';

/** Batches of several channels in the order of their broadcasts, one for each combination that some member has. */
export class MergedBatches {
  private readonly byCombination = new Map<string, Batch>();

  of(batches: readonly Batch[]): Batch {
    const key = batches.map(({ key }) => key).join(' ');
    let merged = this.byCombination.get(key);
    if (merged === undefined) {
      const [first, ...rest] = batches.flatMap((batch) => batch.frames).sort((a, b) => a.order - b.order);
      merged = new Batch(key, first);
      for (const frame of rest) merged.add(frame);
      this.byCombination.set(key, merged);
    }
    return merged;
  }
}
