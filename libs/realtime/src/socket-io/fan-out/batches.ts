// How are the batches of several channels told apart and put together?
import { Batch } from './batch.js';

/** Batches of several channels in the order of their broadcasts, one for each combination that some member has. */
export class MergedBatches {
  private readonly byCombination = new Map<string, Batch>();

  of(batches: readonly Batch[]): Batch {
    const key = batches.map(({ room }) => room).join(' ');
    let merged = this.byCombination.get(key);
    if (merged === undefined) {
      merged = new Batch(key);
      const frames = batches.flatMap((batch) => batch.frames);
      for (const frame of frames.sort((a, b) => a.order - b.order)) merged.add(frame);
      this.byCombination.set(key, merged);
    }
    return merged;
  }
}

/** The batch of a room, made where there is none. */
export function batchOf(batches: Map<string, Batch>, room: string): Batch {
  let batch = batches.get(room);
  if (batch === undefined) {
    batch = new Batch(room);
    batches.set(room, batch);
  }
  return batch;
}

/** Batches of these rooms, walked over the rooms or the batches, whichever are fewer. */
export function batchesIn(batches: ReadonlyMap<string, Batch>, rooms: ReadonlySet<string>): Batch[] {
  if (batches.size <= rooms.size) return [...batches.values()].filter(({ room }) => rooms.has(room));
  return [...rooms].flatMap((room) => batches.get(room) ?? []);
}
