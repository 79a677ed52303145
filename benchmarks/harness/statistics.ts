// What do many noisy samples say? Medians, and medians of ratios between neighbours of one round.

/** A ratio, and the range of its samples. */
export interface Ratio {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Samples at the same index were taken next to each other; only those are divided. */
export function ratioOf(samples: readonly number[], reference: readonly number[]): Ratio {
  const ratios = samples.map((sample, round) => sample / reference[round]);
  return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
}
